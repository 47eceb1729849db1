// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/registry.h"

#include "core/operations/steps/address_step.h"
#include "core/operations/steps/certificate_step.h"
#include "core/operations/steps/chart_step.h"
#include "core/operations/steps/exposure_step.h"
#include "core/operations/steps/injector_step.h"
#include "core/operations/steps/join_proof_step.h"
#include "core/operations/steps/remote_secret_step.h"
#include "core/operations/steps/route_proof_step.h"
#include "core/operations/steps/route_step.h"
#include "core/operations/steps/token_step.h"
#include "core/operations/steps/trust_step.h"
#include "core/operations/weights/weights_step.h"
#include "core/plan/objects.h"

namespace isthmus::operations {

plan::Behaviours behaviours(const Ports& ports)
{
    plan::Behaviours all;
    all.add("objects", std::make_unique<plan::ObjectsBehaviour>());
    all.add("chart", std::make_unique<ChartStep>(ports.charts));
    all.add("trust", std::make_unique<TrustStep>(ports.passphrases));
    all.add("address", std::make_unique<AddressStep>());
    all.add("exposure", std::make_unique<ExposureStep>());
    all.add("injector", std::make_unique<InjectorStep>());
    all.add("reader-token", std::make_unique<TokenStep>());
    all.add("remote-secret", std::make_unique<RemoteSecretStep>(ports.probes));
    all.add("join-proof", std::make_unique<JoinProofStep>());
    all.add("certificate", std::make_unique<CertificateStep>());
    all.add("route", std::make_unique<RouteStep>());
    all.add("route-proof", std::make_unique<RouteProofStep>(ports.probes));
    all.add("weights", std::make_unique<WeightsStep>());
    return all;
}

} // namespace isthmus::operations
