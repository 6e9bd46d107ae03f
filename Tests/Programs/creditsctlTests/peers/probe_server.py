"""Serves probe.v1 on a Unix socket: probe_server.py SOCKET PROTO_FOLDER [v1alpha|none]

With v1alpha only the older reflection service answers, with none neither does. Prints "ready", and serves until its
standard input ends.
"""

import sys
import time
from concurrent import futures
from pathlib import Path

sys.path += [str(Path(__file__).parent), sys.argv[2]]

import grpc
from google.protobuf import any_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_reflection.v1alpha import reflection_pb2_grpc

messages, services = grpc.protos_and_services("probe/v1/probe.proto")
details = grpc.protos("google/rpc/error_details.proto")
status = grpc.protos("google/rpc/status.proto")

NAMES = ["probe.v1.ProbeService", "probe.v1.MirrorService"]


class Probe(services.ProbeServiceServicer):
    def Echo(self, request, context):
        sent = dict(context.invocation_metadata())
        context.send_initial_metadata([("x-answer", "yes"), ("x-blob-bin", b"\x01\x02")])
        context.set_trailing_metadata([("x-end", "done")])
        return messages.EchoResponse(request=request, metadata=str(sent.get("x-probe", "")))

    def Fail(self, request, context):
        found = [
            details.ErrorInfo(reason="PROBE_FAILED", domain="probe.v1", metadata={"b": "2", "a": "1"}),
            details.BadRequest(
                field_violations=[details.BadRequest.FieldViolation(field="request.code", description="is not zero")]
            ),
            details.RetryInfo(retry_delay={"seconds": 1, "nanos": 500000000}),
            messages.CountResponse(number=7),
            details.Help(links=[details.Help.Link(description="more", url="https://example.com")]),
        ]
        packed = []
        for detail in found:
            any_message = any_pb2.Any()
            any_message.Pack(detail)
            packed.append(any_message)
        rich = status.Status(code=request.code, message=request.message, details=packed)
        code = next(code for code in grpc.StatusCode if code.value[0] == request.code)
        context.set_trailing_metadata([("grpc-status-details-bin", rich.SerializeToString())])
        context.abort(code, request.message)

    def Count(self, request, context):
        for number in range(1, request.to + 1):
            yield messages.CountResponse(number=number)

    def Sum(self, requests, context):
        terms = [request.term for request in requests]
        return messages.SumResponse(sum=sum(terms), terms=len(terms))

    def Chat(self, requests, context):
        for request in requests:
            yield messages.ChatMessage(text=request.text.upper())

    def Wait(self, request, context):
        while context.is_active():
            time.sleep(0.01)
        return messages.EchoResponse()


class Mirror(services.MirrorServiceServicer):
    def Echo(self, request, context):
        return messages.EchoResponse(request=request, metadata="mirrored")


def main():
    server = grpc.server(futures.ThreadPoolExecutor(8))
    services.add_ProbeServiceServicer_to_server(Probe(), server)
    services.add_MirrorServiceServicer_to_server(Mirror(), server)
    checks = health.HealthServicer()
    checks.set("probe.v1.ProbeService", health_pb2.HealthCheckResponse.SERVING)
    checks.set("probe.v1.MirrorService", health_pb2.HealthCheckResponse.NOT_SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    if (sys.argv[3:] or ["v1alpha"])[0] == "v1alpha":
        reflection.enable_server_reflection(NAMES + [reflection.SERVICE_NAME], server)
    server.add_insecure_port("unix:" + sys.argv[1])
    server.start()
    print("ready", flush=True)
    sys.stdin.read()
    server.stop(None)


main()
