// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/sim/reactors/reactors.h"

namespace isthmus::sim {

namespace {

using json::Value;

constexpr const char* accountName = "kubernetes.io/service-account.name";

void fill(Model& model, const Place& place, const Value& secret)
{
    const std::string& name = secret["metadata"]["annotations"][accountName].string();
    const ObjectPtr account = model.store().get(
        { .group = "", .plural = "serviceaccounts", .ns = place.ns, .name = name });
    if (account == nullptr) { // as the controller does it
        model.removeAt(place);
        return;
    }
    const std::string uid = (*account)["metadata"]["uid"].string();
    model.edit(place, "kube-controller-manager", [&](Value& object) {
        object.member("metadata")
            .member("annotations")
            .member("kubernetes.io/service-account.uid") = uid;
        Value& data = object.member("data");
        data.member("token") = base64Encode(model.mintToken(place.ns, name, uid));
        data.member("ca.crt") = base64Encode(model.options().caPem);
        data.member("namespace") = base64Encode(place.ns);
    });
}

/// The tokens of an account go with it.
void dropTokens(Model& model, const Place& account)
{
    for (const ObjectPtr& secret : model.list("", "secrets", account.ns)) {
        if ((*secret)["type"].string() == "kubernetes.io/service-account-token"
            && (*secret)["metadata"]["annotations"][accountName].string() == account.name) {
            model.removeAt({ .group = "",
                             .plural = "secrets",
                             .ns = account.ns,
                             .name = (*secret)["metadata"]["name"].string() });
        }
    }
}

} // namespace

void reactToTokenSecrets(Model& model, std::span<const Change> changes)
{
    for (const Change& change : changes) {
        if (change.place.plural == "serviceaccounts" && change.after == nullptr) {
            dropTokens(model, change.place);
        }
        const ObjectPtr now =
            change.place.plural == "secrets" ? model.store().get(change.place) : nullptr;
        if (now != nullptr && (*now)["type"].string() == "kubernetes.io/service-account-token"
            && !(*now)["data"].contains("token")) {
            fill(model, change.place, *now);
        }
    }
}

} // namespace isthmus::sim
