// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/ingress/planner.h"

#include "core/operations/istio_objects.h"
#include "core/operations/names.h"
#include "core/plan/objects.h"

namespace isthmus::operations {

namespace {

std::string secretOf(const mesh::IngressSpec& ingress)
{
    return ingress.certificateSecret.empty() ? std::string(ingressCertificate)
                                             : ingress.certificateSecret;
}

} // namespace

void planCertificate(Draft& draft, const mesh::IngressSpec& ingress)
{
    plan::Step step;
    step.id = stepId(ingress.cluster, "certificate");
    step.cluster = ingress.cluster;
    step.title = msg("operations.step.certificate", { { "domain", ingress.domain } });
    step.needs = { stepId(ingress.cluster, "namespace") };
    step.type = "certificate";
    step.inputs = json::Object { { "domain", ingress.domain },
                                 { "secret", secretOf(ingress) },
                                 { "existing", !ingress.certificateSecret.empty() },
                                 { "certificateFile", ingress.certificateFile.string() },
                                 { "keyFile", ingress.keyFile.string() } };
    draft.add(std::move(step));
}

void planIngress(Draft& draft)
{
    const std::optional<mesh::IngressSpec>& ingress = draft.spec().ingress;
    if (!ingress) {
        draft.problem({ .summary = msg("operations.nothing-asked", { { "what", "spec.ingress" } }),
                        .subject = "spec.ingress",
                        .remedy = msg("operations.say-it", { { "what", "spec.ingress" } }) });
        return;
    }
    planCertificate(draft, *ingress);

    plan::Step gateway;
    gateway.id = stepId(ingress->cluster, "public-gateway");
    gateway.cluster = ingress->cluster;
    gateway.title = msg("operations.step.public-gateway", { { "domain", ingress->domain } });
    gateway.needs = { stepId(ingress->cluster, "certificate"),
                      stepId(ingress->cluster, "control-plane"),
                      stepId(ingress->cluster, "ingress-gateway") };
    gateway.type = "objects";
    gateway.inputs = plan::toJson(
        plan::ObjectsInputs { .objects = { publicGateway(*ingress, secretOf(*ingress)) } });
    draft.add(std::move(gateway));
}

} // namespace isthmus::operations
