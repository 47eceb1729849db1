// SPDX-License-Identifier: GPL-3.0-or-later
// One picture of the mesh, through the same watches that the window follows; with --watch each new
// one.
#include "app/cli/render/status.h"

#include "app/cli/commands/commands.h"
#include "app/cli/entrance.h"
#include "app/cli/session.h"
#include "core/fleet/mesh_watch.h"
#include "core/operations/istio_objects.h"
#include "core/topology/diff.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

/// A cluster that has not answered by then is shown as such.
constexpr Milliseconds readingTakes { 20'000 };

WeightsView viewOf(const topology::Route& route, std::string name)
{
    WeightsView view { .route = std::move(name),
                       .object = route.ref.kind + " " + route.ref.ns + "/" + route.ref.name,
                       .owner = std::string(mesh::name(route.owner)) };
    for (const topology::Destination& destination : route.destinations) {
        if (route.steerable) {
            view.weights.emplace_back(destination.clusters.front(), destination.percent);
        }
    }
    return view;
}

/// That of mesh.yaml's name, else the one that leads its service's traffic.
const topology::Route* routeOf(const topology::TopologySnapshot& mesh, const mesh::RouteSpec& spec)
{
    const std::string host = operations::serviceHost(spec);
    const topology::Route* found = nullptr;
    for (const topology::Route& route : mesh.routes) {
        const bool leads =
            route.leads && !route.destinations.empty() && route.destinations.front().host == host;
        if (leads && route.ref.ns == spec.ns
            && route.ref.name == operations::virtualServiceName(spec)) {
            return &route;
        }
        found = leads && found == nullptr ? &route : found;
    }
    return found;
}

/// Those of mesh.yaml in its order, then the others that split traffic.
std::vector<WeightsView> routesOf(const mesh::MeshSpec& spec,
                                  const topology::TopologySnapshot& mesh)
{
    std::vector<WeightsView> out;
    std::vector<const topology::Route*> shown;
    for (const mesh::RouteSpec& wanted : spec.routes) {
        const topology::Route* route = routeOf(mesh, wanted);
        out.push_back(route != nullptr ? viewOf(*route, wanted.name)
                                       : WeightsView { .route = wanted.name });
        shown.push_back(route);
    }
    for (const topology::Route& route : mesh.routes) {
        if (route.leads && route.destinations.size() > 1
            && std::ranges::find(shown, &route) == shown.end()) {
            out.push_back(viewOf(route, route.ref.ns + "/" + route.ref.name));
        }
    }
    return out;
}

StatusView viewOf(const fleet::Engine& engine, topology::SnapshotPtr mesh)
{
    StatusView view { .mesh = std::move(mesh) };
    view.routes = routesOf(engine.spec(), *view.mesh);
    return view;
}

void print(Context& context, const StatusView& status, bool again)
{
    if (context.json()) {
        // One document; a line each where they follow one another.
        again ? context.out.write(json::write(statusDocument(status)) + "\n")
              : context.print(statusDocument(status));
    } else {
        const std::string clear = again && context.out.isTerminal() ? "\x1b[H\x1b[2J" : "";
        context.out.write(clear + renderStatus(status, context.style) + (again ? "\n" : ""));
    }
}

/// The certificate is no part of the picture; asked for only where an answer is to be expected.
std::optional<Entrance> entranceOf(const fleet::Engine& engine,
                                   const topology::TopologySnapshot& mesh,
                                   const std::stop_token& stop)
{
    const std::optional<mesh::IngressSpec>& ingress = engine.spec().ingress;
    const topology::Cluster* cluster = ingress ? mesh.find(ingress->cluster) : nullptr;
    const bool answers =
        cluster != nullptr && cluster->connection.state == topology::ConnectionState::Live;
    return answers ? findEntrance(engine, "status", stop) : std::nullopt;
}

/// Prints each picture that differs from the one before, until stopped.
int follow(Context& context,
           const fleet::Engine& engine,
           fleet::MeshWatch& watch,
           StatusView status)
{
    constexpr Milliseconds pause { 200 };
    print(context, status, true);
    while (context.clock.sleepUntil(context.clock.steady() + pause, context.stop)) {
        const topology::SnapshotPtr newest = watch.latest();
        if (!topology::diff(*status.mesh, *newest).empty()) {
            const std::optional<Entrance> entrance = std::move(status.entrance);
            status = viewOf(engine, newest);
            status.entrance = entrance;
            print(context, status, true);
        }
    }
    return exit_code::interrupted;
}

} // namespace

Result<int> runStatus(Context& context)
{
    const Result<Session> session = openSession(context);
    if (!session) {
        return Error(session.error());
    }
    const fleet::Engine& engine = *session->engine;
    fleet::MeshWatch watch(engine.spec(), engine.connections(), { .clock = context.clock });
    StatusView status = viewOf(engine, watch.waitSynced(readingTakes, context.stop));
    if (context.stop.stop_requested()) {
        return Error { ErrorCode::Cancelled, msg("app.stopped-early") };
    }
    status.entrance = entranceOf(engine, *status.mesh, context.stop);
    if (context.arguments.has("watch")) {
        return follow(context, engine, watch, std::move(status));
    }
    print(context, status, false);
    const bool all = std::ranges::all_of(status.mesh->clusters, [](const auto& cluster) {
        return cluster.connection.state == topology::ConnectionState::Live;
    });
    return all ? exit_code::done : exit_code::preflight;
}

} // namespace isthmus::cli
