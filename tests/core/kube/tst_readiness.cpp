// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/kube/readiness.h"
#include "tests/support/test.h"

#include <QFile>

using namespace isthmus;

namespace {

const UtcTime noon = *parseTime("2026-11-23T12:00:00Z");

std::string state(const std::string& apiVersion, const std::string& kind, const std::string& rest)
{
    auto object = *json::parse("{" + rest + "}");
    object.member("apiVersion") = apiVersion;
    object.member("kind") = kind;
    const kube::ObjectState state = kube::stateOf(object, noon);
    const char* word = state.readiness == kube::Readiness::Ready ? "ready"
        : state.readiness == kube::Readiness::Failed             ? "failed"
                                                                 : "in progress";
    return state.reason.empty() ? word : word + std::string(": ") + text(state.reason);
}

/// A Deployment whose rollout is complete, but for the changes in `status` and `spec`.
std::string deployment(const std::string& spec, const std::string& status)
{
    return state("apps/v1",
                 "Deployment",
                 R"("metadata":{"generation":2},"spec":{)" + spec
                     + R"(},"status":{"observedGeneration":2,)" + status + "}");
}

const std::string available = R"("conditions":[{"type":"Available","status":"True"},
    {"type":"Progressing","status":"True","reason":"NewReplicaSetAvailable"}])";

} // namespace

class TestReadiness : public test::TestBase
{
    Q_OBJECT

private slots:

    void waitsForWhatDoesNotExist()
    {
        COMPARE_TEXT(text(kube::stateOf({}, noon).reason), "it does not exist yet");
    }

    void followsTheRulesOfEachKind_data()
    {
        QTest::addColumn<QString>("apiVersion");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("object");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* title,
                            const char* apiVersion,
                            const char* kind,
                            const char* object,
                            const char* expected) {
            QTest::newRow(title) << apiVersion << kind << object << expected;
        };
        row("terminating",
            "v1",
            "ConfigMap",
            R"("metadata":{"deletionTimestamp":"2026-11-23T11:00:00Z"})",
            "in progress: it is being deleted");
        row("old generation",
            "x/v1",
            "Any",
            R"("metadata":{"generation":3},"status":{"observedGeneration":2})",
            "in progress: its controller has not looked at it yet");
        row("stalled",
            "x/v1",
            "Any",
            R"("status":{"conditions":[{"type":"Stalled","status":"True","reason":"Bad","message":"no"}]})",
            "failed: it failed: Bad: no");
        row("config map", "v1", "ConfigMap", "", "ready");
        row("not ready",
            "x/v1",
            "Any",
            R"("status":{"conditions":[{"type":"Ready","status":"False","message":"later"}]})",
            "in progress: it is not ready yet: later");
        row("ready",
            "x/v1",
            "Any",
            R"("status":{"conditions":[{"type":"Ready","status":"True"}]})",
            "ready");
        row("a Service of somebody else", "serving.knative.dev/v1", "Service", "", "ready");

        row("cluster service",
            "v1",
            "Service",
            R"("spec":{"type":"ClusterIP","clusterIP":"10.0.0.1"})",
            "ready");
        row("headless", "v1", "Service", R"("spec":{"clusterIP":"None"})", "ready");
        row("no address",
            "v1",
            "Service",
            R"("spec":{"type":"ClusterIP"})",
            "in progress: it has no address within the cluster yet");
        row("external name", "v1", "Service", R"("spec":{"type":"ExternalName"})", "ready");
        row("balancer waits",
            "v1",
            "Service",
            R"("spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1"},"status":{"loadBalancer":{}})",
            "in progress: its load balancer has no address yet");
        row("balancer without text",
            "v1",
            "Service",
            R"("spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1"},"status":{"loadBalancer":{"ingress":[{}]}})",
            "in progress: its load balancer has no address yet");
        row("balancer by IP",
            "v1",
            "Service",
            R"("spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1"},"status":{"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}})",
            "ready");
        row("balancer by name",
            "v1",
            "Service",
            R"("spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1"},"status":{"loadBalancer":{"ingress":[{"hostname":"x.elb"}]}})",
            "ready");
        row("balancer by external IPs",
            "v1",
            "Service",
            R"("spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1","externalIPs":["1.2.3.4"]})",
            "ready");

        row("definition young",
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            R"("status":{"conditions":null})",
            "in progress: the server does not serve it yet");
        row("definition installing",
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            R"("status":{"conditions":[{"type":"Established","status":"False","reason":"Installing"}]})",
            "in progress: the server does not serve it yet");
        row("definition established",
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            R"("status":{"conditions":[{"type":"Established","status":"True"}]})",
            "ready");
        row("definition name taken",
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            R"("status":{"conditions":[{"type":"NamesAccepted","status":"False","reason":"PluralConflict"}]})",
            "failed: it failed: PluralConflict");

        row("namespace", "v1", "Namespace", R"("status":{"phase":"Active"})", "ready");
        row("namespace new", "v1", "Namespace", "", "in progress: its phase is -, not Active");
        row("claim",
            "v1",
            "PersistentVolumeClaim",
            R"("status":{"phase":"Pending"})",
            "in progress: its phase is Pending, not Bound");

        row("job",
            "batch/v1",
            "Job",
            R"("spec":{"completions":3},"status":{"succeeded":1})",
            "in progress: completions: 1 of 3");
        row("job done",
            "batch/v1",
            "Job",
            R"("status":{"conditions":[{"type":"Complete","status":"True"}]})",
            "ready");
        row("job failed",
            "batch/v1",
            "Job",
            R"("status":{"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded"}]})",
            "failed: it failed: BackoffLimitExceeded");

        row("daemon set just made",
            "apps/v1",
            "DaemonSet",
            R"("metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":0})",
            "in progress: its controller has not looked at it yet");
        row("daemon set",
            "apps/v1",
            "DaemonSet",
            R"("metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":2,"currentNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":1,"numberReady":2})",
            "in progress: pods available: 1 of 2");
        row("daemon set ready",
            "apps/v1",
            "DaemonSet",
            R"("metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":1,"currentNumberScheduled":1,"updatedNumberScheduled":1,"numberAvailable":1,"numberReady":1})",
            "ready");

        row("stateful set by hand",
            "apps/v1",
            "StatefulSet",
            R"("spec":{"updateStrategy":{"type":"OnDelete"}})",
            "ready");
        row("stateful set",
            "apps/v1",
            "StatefulSet",
            R"("spec":{"replicas":2},"status":{"replicas":2,"readyReplicas":1})",
            "in progress: replicas ready: 1 of 2");
        row("stateful set partition",
            "apps/v1",
            "StatefulSet",
            R"("spec":{"replicas":3,"updateStrategy":{"rollingUpdate":{"partition":2}}},"status":{"replicas":3,"readyReplicas":3,"updatedReplicas":1})",
            "ready");
        row("stateful set old revision",
            "apps/v1",
            "StatefulSet",
            R"("status":{"replicas":1,"readyReplicas":1,"currentReplicas":1,"currentRevision":"a","updateRevision":"b"})",
            "in progress: its rollout is not finished");

        row("replica set",
            "apps/v1",
            "ReplicaSet",
            R"("status":{"replicas":1,"fullyLabeledReplicas":1,"availableReplicas":1,"readyReplicas":1})",
            "ready");
        row("replica set quota",
            "apps/v1",
            "ReplicaSet",
            R"("status":{"conditions":[{"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"quota"}]})",
            "in progress: pods cannot be made: FailedCreate: quota");

        row("pod ready",
            "v1",
            "Pod",
            R"("status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]})",
            "ready");
        row("pod ended", "v1", "Pod", R"("status":{"phase":"Succeeded"})", "ready");
        row("pod starting",
            "v1",
            "Pod",
            R"("status":{"phase":"Pending","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"ContainerCreating"}}}]})",
            "in progress: it is not ready yet");
        row("pod image",
            "v1",
            "Pod",
            R"("metadata":{"name":"p"},"status":{"phase":"Pending","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"ImagePullBackOff","message":"no such image"}}}]})",
            "in progress: container c of pod p waits: ImagePullBackOff: no such image");
        row("pod crashes",
            "v1",
            "Pod",
            R"("metadata":{"name":"p"},"status":{"phase":"Running","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]})",
            "failed: container c of pod p waits: CrashLoopBackOff");
        row("pod unscheduled long",
            "v1",
            "Pod",
            R"("status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"no nodes","lastTransitionTime":"2026-11-23T11:59:44Z"}]})",
            "failed: it failed: Unschedulable: no nodes");
        row("pod unscheduled briefly",
            "v1",
            "Pod",
            R"("metadata":{"name":"p"},"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","lastTransitionTime":"2026-11-23T11:59:46Z"}]})",
            "in progress: pod p has no node: Unschedulable");
    }

    void followsTheRulesOfEachKind()
    {
        QFETCH(QString, apiVersion);
        QFETCH(QString, kind);
        QFETCH(QString, object);
        QFETCH(QString, expected);
        COMPARE_TEXT(state(apiVersion.toStdString(), kind.toStdString(), object.toStdString()),
                     expected.toStdString());
    }

    void followsADeploymentThroughItsRollout()
    {
        const std::string deadline = R"("replicas":2,"progressDeadlineSeconds":600)";
        COMPARE_TEXT(deployment(deadline, R"("replicas":1)"),
                     "in progress: replicas created: 1 of 2");
        COMPARE_TEXT(deployment(deadline, R"("replicas":2,"updatedReplicas":1)"),
                     "in progress: replicas updated: 1 of 2");
        COMPARE_TEXT(deployment(deadline, R"("replicas":3,"updatedReplicas":2)"),
                     "in progress: old replicas removed: 2 of 3");
        COMPARE_TEXT(
            deployment(deadline, R"("replicas":2,"updatedReplicas":2,"availableReplicas":1)"),
            "in progress: replicas available: 1 of 2");
        COMPARE_TEXT(
            deployment(
                deadline,
                R"("replicas":2,"updatedReplicas":2,"availableReplicas":2,"readyReplicas":1)"),
            "in progress: replicas ready: 1 of 2");
        COMPARE_TEXT(
            deployment(
                deadline,
                R"("replicas":2,"updatedReplicas":2,"availableReplicas":2,"readyReplicas":2)"),
            "in progress: its rollout is not finished");
        COMPARE_TEXT(
            deployment(
                deadline,
                R"("replicas":2,"updatedReplicas":2,"availableReplicas":2,"readyReplicas":2,)"
                    + available),
            "ready");
        COMPARE_TEXT(
            deployment(
                "", R"("replicas":1,"updatedReplicas":1,"availableReplicas":1,"readyReplicas":1)"),
            "in progress: it is not available yet");
        COMPARE_TEXT(deployment(R"("replicas":0)", available), "ready");
        COMPARE_TEXT(deployment(R"("paused":true)", available),
                     "in progress: its rollout is paused");
    }

    void callsADeploymentFailedAfterItsDeadline()
    {
        COMPARE_TEXT(
            deployment(
                "",
                R"("conditions":[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded","message":"timed out"}])"),
            "failed: it failed: ProgressDeadlineExceeded: timed out");
    }

    void blamesTheNewestPodThatHasAReason()
    {
        const json::Array pods = json::parse(R"([
            {"metadata":{"name":"old","creationTimestamp":"2026-11-23T10:00:00Z"},"status":{"containerStatuses":[{"name":"c","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}},
            {"metadata":{"name":"new","creationTimestamp":"2026-11-23T11:00:00Z"},"status":{"initContainerStatuses":[{"name":"i","state":{"waiting":{"reason":"ErrImagePull","message":"401"}}}]}},
            {"metadata":{"name":"newest","creationTimestamp":"2026-11-23T11:30:00Z"},"status":{"containerStatuses":[{"name":"c","state":{"running":{}}}]}}])")
                                     ->array();
        COMPARE_TEXT(text(kube::blockingReason(pods)),
                     "container i of pod new waits: ErrImagePull: 401");
        QVERIFY(kube::blockingReason({}).empty());
    }
};

ISTHMUS_TEST_MAIN(TestReadiness)
#include "tst_readiness.moc"
