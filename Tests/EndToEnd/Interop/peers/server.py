"""gRPC's interoperability server, by grpcio, on a Unix socket. Says "ready" when it listens; ends with its input.

usage: server.py GENERATED SOCKET   (GENERATED holds what protoc made of interop/*.proto)
"""

import sys
import time
from concurrent import futures

import grpc

sys.path.insert(0, sys.argv[1])
from interop import empty_pb2, messages_pb2, test_pb2_grpc  # noqa: E402

STATUS_BY_NUMBER = {code.value[0]: code for code in grpc.StatusCode}


def echo_metadata(context):
    for key, value in context.invocation_metadata():
        if key == "x-grpc-test-echo-initial":
            context.send_initial_metadata(((key, value),))
        elif key == "x-grpc-test-echo-trailing-bin":
            context.set_trailing_metadata(((key, value),))


def echo_status(request, context):
    if request.HasField("response_status"):
        context.abort(STATUS_BY_NUMBER[request.response_status.code], request.response_status.message)


def zeroes(size):
    return messages_pb2.Payload(body=bytes(size))


class TestService(test_pb2_grpc.TestServiceServicer):
    def EmptyCall(self, request, context):
        return empty_pb2.Empty()

    def UnaryCall(self, request, context):
        if request.HasField("response_compressed"):
            context.set_compression(grpc.Compression.Gzip)
            if not request.response_compressed.value:
                context.disable_next_message_compression()
        echo_metadata(context)
        echo_status(request, context)
        return messages_pb2.SimpleResponse(payload=zeroes(request.response_size))

    def StreamingOutputCall(self, request, context):
        echo_metadata(context)
        echo_status(request, context)
        for parameters in request.response_parameters:
            time.sleep(parameters.interval_us / 1e6)
            yield messages_pb2.StreamingOutputCallResponse(payload=zeroes(parameters.size))

    def StreamingInputCall(self, requests, context):
        size = sum(len(request.payload.body) for request in requests)
        return messages_pb2.StreamingInputCallResponse(aggregated_payload_size=size)

    def FullDuplexCall(self, requests, context):
        echo_metadata(context)
        for request in requests:
            echo_status(request, context)
            for parameters in request.response_parameters:
                time.sleep(parameters.interval_us / 1e6)
                yield messages_pb2.StreamingOutputCallResponse(payload=zeroes(parameters.size))


server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
test_pb2_grpc.add_TestServiceServicer_to_server(TestService(), server)
server.add_insecure_port(f"unix:{sys.argv[2]}")
server.start()
print("ready", flush=True)
sys.stdin.read()
server.stop(None)
