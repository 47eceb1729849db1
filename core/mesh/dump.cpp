// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/dump.h"

#include "core/base/strings.h"

namespace isthmus::mesh {

namespace {

class Text
{
public:
    void heading(const std::string& name)
    {
        m_out.append(m_indent, ' ');
        m_out += name + "\n";
        m_indent += 2;
    }

    void end() { m_indent -= 2; }

    void line(std::string_view name, std::string_view value)
    {
        if (!value.empty()) {
            m_out.append(m_indent, ' ');
            m_out += std::string(name) + ": " + std::string(value) + "\n";
        }
    }

    void line(std::string_view name, const std::filesystem::path& value)
    {
        line(name, std::string_view(value.native()));
    }

    void line(std::string_view name, const std::string& value)
    {
        line(name, std::string_view(value));
    }

    void line(std::string_view name, bool value)
    {
        line(name, std::string_view(value ? "yes" : "no"));
    }

    void line(std::string_view name, int value) { line(name, std::to_string(value)); }

    void line(std::string_view name, const json::Value& value)
    {
        line(name, value.object().empty() ? std::string() : json::write(value));
    }

    void line(std::string_view name, const std::vector<ClusterId>& ids)
    {
        std::vector<std::string> names;
        for (const ClusterId& id : ids) {
            names.push_back(id.str());
        }
        line(name, join(names, ", "));
    }

    [[nodiscard]] std::string take() && { return std::move(m_out); }

private:
    std::string m_out;
    std::size_t m_indent = 0;
};

void write(Text& out, const Istio& istio)
{
    out.heading("istio");
    out.line("version", istio.version);
    out.line("topology", name(istio.topology));
    out.line("revision", istio.revision);
    out.line("charts.directory", istio.charts.directory);
    out.line("charts.archive", istio.charts.archive);
    out.line("charts.repository", istio.charts.repository);
    out.line("values.base", istio.baseValues);
    out.line("values.istiod", istio.istiodValues);
    out.line("values.gateway", istio.gatewayValues);
    out.end();
}

void write(Text& out, const Trust& trust)
{
    out.heading("trust");
    out.line("existing", trust.existing);
    out.line("directory", trust.directory);
    out.line("discardRootKey", trust.discardRootKey);
    out.line("rootKeyFile", trust.rootKeyFile);
    out.end();
}

void write(Text& out, const std::string& heading, const GatewaySpec& gateway)
{
    out.heading(heading);
    out.line("type", name(gateway.type));
    out.line("loadBalancerIP", gateway.loadBalancerIp);
    for (const auto& [key, value] : gateway.annotations) {
        out.line("annotation " + key, value);
    }
    out.line("externalIPs", join(gateway.externalIps, ", "));
    out.line("address", gateway.address);
    out.line("port", gateway.port);
    out.end();
}

void write(Text& out, const Cluster& cluster)
{
    out.heading("cluster " + cluster.name.str());
    out.line("context", cluster.context);
    out.line("role", name(cluster.role));
    out.line("network", cluster.network);
    out.line("kubeconfig", cluster.kubeconfig.value_or(""));
    if (cluster.apiServer) {
        out.line("apiServer.url", cluster.apiServer->url);
        out.line("apiServer.caFile", cluster.apiServer->caFile);
        out.line("apiServer.tlsServerName", cluster.apiServer->tlsServerName);
    }
    write(out, "gateway ingress", cluster.ingress);
    write(out, "gateway eastWest", cluster.eastWest);
    out.line("images.hub", cluster.imageHub);
    out.line("images.pullSecret", cluster.imagePullSecret);
    out.line("values.istiod", cluster.istiodValues);
    out.line("values.gateway", cluster.gatewayValues);
    out.end();
}

void write(Text& out, const IngressSpec& ingress)
{
    out.heading("ingress");
    out.line("cluster", ingress.cluster.str());
    out.line("domain", ingress.domain);
    out.line("generateCertificate", ingress.generateCertificate);
    out.line("certificateFile", ingress.certificateFile);
    out.line("keyFile", ingress.keyFile);
    out.line("certificateSecret", ingress.certificateSecret);
    out.line("httpsRedirect", ingress.httpsRedirect);
    out.end();
}

void write(Text& out, const DemoSpec& demo)
{
    out.heading("demo");
    out.line("namespace", demo.ns);
    out.line("frontend", demo.frontend);
    out.line("others", demo.others);
    out.line("images.prefix", demo.imagePrefix);
    out.line("images.pullSecret", demo.imagePullSecret);
    out.line("load", demo.load);
    out.end();
}

void write(Text& out, const RouteSpec& route)
{
    out.heading("route " + route.name);
    out.line("namespace", route.ns);
    out.line("hosts", join(route.hosts, ", "));
    out.line("service", route.service);
    out.line("port", route.port);
    out.line("viaIngress", route.viaIngress);
    out.line("viaMesh", route.viaMesh);
    for (const auto& [cluster, weight] : route.weights) {
        out.line("weight " + cluster.str(), weight);
    }
    out.end();
}

} // namespace

std::string_view name(Topology topology)
{
    switch (topology) {
    case Topology::MultiPrimary:
        return "multi-primary";
    case Topology::Classic:
        return "classic";
    case Topology::PrimaryRemote:
        break;
    }
    return "primary-remote";
}

std::string_view name(Role role)
{
    return role == Role::Primary ? "primary" : "remote";
}

std::string_view name(Mtls mtls)
{
    return mtls == Mtls::Strict ? "strict" : "permissive";
}

std::string_view name(ServiceType type)
{
    switch (type) {
    case ServiceType::NodePort:
        return "NodePort";
    case ServiceType::ClusterIP:
        return "ClusterIP";
    case ServiceType::LoadBalancer:
        break;
    }
    return "LoadBalancer";
}

std::string dump(const MeshSpec& spec)
{
    Text out;
    out.heading("mesh " + spec.name);
    out.line("file", spec.file);
    write(out, spec.istio);
    out.line("mtls", name(spec.mtls));
    if (spec.trust) {
        write(out, *spec.trust);
    }
    for (const Cluster& cluster : spec.clusters) {
        write(out, cluster);
    }
    if (spec.ingress) {
        write(out, *spec.ingress);
    }
    if (spec.demo) {
        write(out, *spec.demo);
    }
    for (const RouteSpec& route : spec.routes) {
        write(out, route);
    }
    out.end();
    return std::move(out).take();
}

} // namespace isthmus::mesh
