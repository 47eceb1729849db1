// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_table.h"

#include "app/cli/commands/commands.h"

#include <iterator>
#include <utility>

namespace isthmus::cli {

namespace {

const std::vector<std::string> operationNames { "apply",   "install", "join",
                                                "ingress", "demo",    "route" };

Flag clusterFlag()
{
    return {
        .name = "cluster", .letter = 'c', .value = "NAME", .help = "Only this cluster of the mesh."
    };
}

Command writing(std::string name, std::string summary, std::string description, Command::Run run)
{
    const std::string example = "isthmusctl " + name;
    return { .name = std::move(name),
             .summary = std::move(summary),
             .description = std::move(description),
             .flags = { clusterFlag() },
             .examples = { example, example + " -f mesh.yaml --yes" },
             .run = run };
}

Command later(std::string name, std::string summary)
{
    return { .name = std::move(name), .summary = std::move(summary) };
}

CommandTable startCommands()
{
    return {
        { .name = "contexts",
          .summary = "Lists the kubeconfig's contexts; contacts nothing.",
          .examples = { "isthmusctl contexts",
                        "isthmusctl contexts --kubeconfig both.yaml -o json" },
          .run = runContexts },
        { .name = "init",
          .summary = "Writes a commented mesh.yaml.",
          .description =
              "The first context is the primary. Where the kubeconfig has exactly two, --contexts "
              "may be left out. The file goes where -f says, else to mesh.yaml; one that is there "
              "is replaced only with --yes.",
          .flags = { { .name = "contexts",
                       .value = "A,B",
                       .help = "Contexts of the clusters, the primary's first." },
                     { .name = "from-clusters",
                       .help = "Read from the clusters what they already run: mesh, networks, "
                               "version." },
                     { .name = "name", .value = "MESH", .help = "Name of the mesh (mesh1)." },
                     { .name = "charts", .value = "DIR", .help = "Folder with Istio's charts." },
                     { .name = "istio-version",
                       .value = "VERSION",
                       .help = "Version of Istio to install." },
                     { .name = "domain",
                       .value = "DOMAIN",
                       .help = "Public domain, without \"*.\"." } },
          .examples = { "isthmusctl init --contexts onprem,gke",
                        "isthmusctl init --contexts onprem,gke --charts "
                        "istio-1.31.0/manifests/charts "
                        "--istio-version 1.31.0" },
          .run = runInit },
        { .name = "check",
          .summary = "Checks whether the clusters are fit for the mesh; writes nothing.",
          .description =
              "This version has the stage preflight. Exit code 3 where a check failed or could "
              "not be made.",
          .flags = { { .name = "stage",
                       .value = "STAGE",
                       .help = "Which checks (preflight).",
                       .choices = { "preflight", "join", "live" } } },
          .examples = { "isthmusctl check", "isthmusctl check --stage preflight -o json" },
          .run = runCheck },
    };
}

CommandTable changingCommands()
{
    return {
        { .name = "plan",
          .summary = "Shows what an operation would do; writes nothing.",
          .description = "Without OPERATION the plan of apply. diff shows the changes alone, yaml "
                         "all objects, "
                         "script the same work as kubectl and helm commands.",
          .words = { { .name = "OPERATION", .optional = true, .choices = operationNames } },
          .flags = { clusterFlag(),
                     { .name = "output",
                       .letter = 'o',
                       .value = "FORMAT",
                       .help = "How it is shown (text).",
                       .choices = { "text", "json", "yaml", "diff", "script" } } },
          .examples = { "isthmusctl plan", "isthmusctl plan join --cluster gke -o diff" },
          .run = runPlan },
        writing("apply",
                "Brings the mesh to what mesh.yaml says.",
                "Install, join, ingress, demo and routes as one plan: what is right already is "
                "left alone.",
                runApply),
        writing("install", "Installs the primary: trust, control plane, gateways.", "", runInstall),
        writing("join", "Makes the remote clusters part of the mesh.", "", runJoin),
        writing("ingress", "Opens the way in: certificate and public gateway.", "", runIngress),
        writing("demo", "Deploys the demo shop.", "", runDemo),
        writing("route", "Splits the routes of mesh.yaml over the clusters.", "", runRoute),
        { .name = "weights get",
          .summary = "Shows how a route is split.",
          .words = { { .name = "ROUTE" } },
          .examples = { "isthmusctl weights get frontend",
                        "isthmusctl weights get hipster-store/frontend-ingress -o json" },
          .run = runWeightsGet },
        { .name = "weights set",
          .summary = "Moves a split: the shares of all clusters, together 100.",
          .description = "ROUTE is a route of mesh.yaml, or a VirtualService as NAMESPACE/NAME.",
          .words = { { .name = "ROUTE" }, { .name = "CLUSTER=WEIGHT", .repeated = true } },
          .flags = { { .name = "confirm-within",
                       .value = "DURATION",
                       .help = "Put the old weights back unless confirmed; a later version does "
                               "it." } },
          .examples = { "isthmusctl weights set frontend onprem=90 gke=10" },
          .run = runWeightsSet },
        later("weights confirm", "Keeps weights that were set on trial."),
    };
}

CommandTable watchingCommands()
{
    return {
        { .name = "status",
          .summary = "Shows clusters, gateways, links and splits.",
          .flags = { { .name = "watch",
                       .letter = 'w',
                       .help = "Again with each change, until stopped." } },
          .examples = { "isthmusctl status", "isthmusctl status -o json" },
          .run = runStatus },
        { .name = "operations",
          .summary = "Lists what was done: the journal.",
          .examples = { "isthmusctl operations", "isthmusctl operations -o json" },
          .run = runOperations },
        { .name = "operations show",
          .summary = "Shows one operation with its steps and writes.",
          .words = { { .name = "ID" } },
          .examples = { "isthmusctl operations show 20261123T230500Z-1a2b" },
          .run = runOperationsShow },
        { .name = "operations resume",
          .summary = "Goes on with an operation that was stopped or has failed.",
          .description = "Over the plan that was stored then, not today's mesh.yaml.",
          .words = { { .name = "ID" } },
          .examples = { "isthmusctl operations resume 20261123T230500Z-1a2b" },
          .run = runOperationsResume },
        { .name = "operations undo",
          .summary = "Takes an operation back, newest write first.",
          .words = { { .name = "ID", .optional = true } },
          .flags = { { .name = "all",
                       .help = "All operations of the mesh of -f FILE, newest first." } },
          .examples = { "isthmusctl operations undo 20261123T230500Z-1a2b",
                        "isthmusctl operations undo --all -f mesh.yaml" },
          .run = runOperationsUndo },
        { .name = "operations forget",
          .summary = "Deletes the journal of an operation.",
          .words = { { .name = "ID" } },
          .examples = { "isthmusctl operations forget 20261123T230500Z-1a2b" },
          .run = runOperationsForget },
    };
}

CommandTable otherCommands()
{
    return {
        { .name = "schema",
          .summary = "Prints the JSON Schema of mesh.yaml.",
          .examples = { "isthmusctl schema > mesh.schema.json" },
          .run = runSchema },
        { .name = "version",
          .summary = "Prints which version this is.",
          .examples = { "isthmusctl version -o json" },
          .run = runVersion },
        { .name = "help",
          .summary = "Explains a command.",
          .words = { { .name = "COMMAND", .optional = true, .repeated = true } },
          .examples = { "isthmusctl help weights set" },
          .run = runHelp },
        later("leave", "Takes a cluster out of the mesh."),
        later("uninstall", "Removes the mesh."),
        later("consent", "Allows the exec plugin of a context."),
        later("split", "Asked, configured, landed and observed shares of a route."),
        later("trace", "Sends real requests and says who answered."),
        later("open", "Opens Kiali, Grafana, tracing, Prometheus or the shop."),
        { .name = "sim",
          .summary = "Serves simulated clusters until stopped.",
          .description =
              "Real API servers on 127.0.0.1, with small controllers behind them. The kubeconfig "
              "written to OUT has a context per cluster; one JSON line on standard output says "
              "when they are ready. Everything is gone when the command ends.",
          .flags = { { .name = "clusters", .value = "N", .help = "How many clusters (2)." },
                     { .name = "seed", .value = "N", .help = "For all that is random (1)." },
                     { .name = "kubeconfig",
                       .value = "OUT",
                       .help = "Where the kubeconfig is written to." } },
          .examples = { "isthmusctl sim --kubeconfig sim.yaml",
                        "isthmusctl sim --clusters 3 --seed 7 --kubeconfig sim.yaml" },
          .run = runSim },
        later("completion", "Prints completions for a shell."),
    };
}

} // namespace

CommandTable commandTable()
{
    CommandTable all = startCommands();
    for (CommandTable part : { changingCommands(), watchingCommands(), otherCommands() }) {
        all.insert(
            all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
    return all;
}

} // namespace isthmus::cli
