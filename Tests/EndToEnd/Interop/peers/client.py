"""gRPC's interoperability cases, played by grpcio against a server on a Unix socket.

usage: client.py GENERATED SOCKET CASE   (GENERATED holds what protoc made of interop/*.proto)
"""

import sys

import grpc

sys.path.insert(0, sys.argv[1])
from interop import empty_pb2, messages_pb2, test_pb2_grpc  # noqa: E402

REQUEST_SIZES = [27182, 8, 1828, 45904]
RESPONSE_SIZES = [31415, 9, 2653, 58979]
PATIENCE = 30


def zeroes(size):
    return messages_pb2.Payload(body=bytes(size))


def large_request(**fields):
    return messages_pb2.SimpleRequest(response_size=314159, payload=zeroes(271828), **fields)


def output_request(response_size, request_size):
    return messages_pb2.StreamingOutputCallRequest(
        response_parameters=[messages_pb2.ResponseParameters(size=response_size)], payload=zeroes(request_size)
    )


def expect_status(code, call, message=None):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, f"{error.code()}: {error.details()}"
        if message is not None:
            assert error.details() == message, repr(error.details())
    else:
        raise AssertionError(f"the call succeeded, where {code} was due")


class Requests:
    """Requests that are sent on demand."""

    def __init__(self):
        import queue

        self.queue = queue.Queue()

    def send(self, request):
        self.queue.put(request)

    def finish(self):
        self.queue.put(None)

    def __iter__(self):
        return iter(self.queue.get, None)


def empty_unary(stub):
    assert stub.EmptyCall(empty_pb2.Empty(), timeout=PATIENCE) == empty_pb2.Empty()


def large_unary(stub):
    assert stub.UnaryCall(large_request(), timeout=PATIENCE).payload.body == bytes(314159)


def client_streaming(stub):
    requests = (messages_pb2.StreamingInputCallRequest(payload=zeroes(size)) for size in REQUEST_SIZES)
    assert stub.StreamingInputCall(requests, timeout=PATIENCE).aggregated_payload_size == 74922


def server_streaming(stub):
    request = messages_pb2.StreamingOutputCallRequest(
        response_parameters=[messages_pb2.ResponseParameters(size=size) for size in RESPONSE_SIZES]
    )
    sizes = [len(response.payload.body) for response in stub.StreamingOutputCall(request, timeout=PATIENCE)]
    assert sizes == RESPONSE_SIZES


def ping_pong(stub):
    requests = Requests()
    responses = stub.FullDuplexCall(iter(requests), timeout=PATIENCE)
    for response_size, request_size in zip(RESPONSE_SIZES, REQUEST_SIZES):
        requests.send(output_request(response_size, request_size))
        assert len(next(responses).payload.body) == response_size
    requests.finish()
    assert next(responses, None) is None


def empty_stream(stub):
    assert list(stub.FullDuplexCall(iter([]), timeout=PATIENCE)) == []


def client_compressed_unary(stub):
    compressed = large_request(expect_compressed=messages_pb2.BoolValue(value=True))
    response = stub.UnaryCall(compressed, timeout=PATIENCE, compression=grpc.Compression.Gzip)
    assert response.payload.body == bytes(314159)
    plain = large_request(expect_compressed=messages_pb2.BoolValue(value=False))
    assert stub.UnaryCall(plain, timeout=PATIENCE).payload.body == bytes(314159)


def server_compressed_unary(stub):
    for compresses in (True, False):
        request = large_request(response_compressed=messages_pb2.BoolValue(value=compresses))
        assert stub.UnaryCall(request, timeout=PATIENCE).payload.body == bytes(314159)


def cancel_after_begin(stub):
    call = stub.StreamingInputCall.future(iter(Requests()), timeout=PATIENCE)
    call.cancel()
    assert call.cancelled() and call.code() == grpc.StatusCode.CANCELLED


def cancel_after_first_response(stub):
    requests = Requests()
    responses = stub.FullDuplexCall(iter(requests), timeout=PATIENCE)
    requests.send(output_request(31415, 27182))
    assert len(next(responses).payload.body) == 31415
    responses.cancel()
    expect_status(grpc.StatusCode.CANCELLED, lambda: next(responses))


def timeout_on_sleeping_server(stub):
    requests = Requests()
    requests.send(messages_pb2.StreamingOutputCallRequest(payload=zeroes(27182)))
    responses = stub.FullDuplexCall(iter(requests), timeout=0.001)
    expect_status(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(responses))


def custom_metadata(stub):
    text, binary = "test_initial_metadata_value", b"\xab\xab\xab"
    metadata = (("x-grpc-test-echo-initial", text), ("x-grpc-test-echo-trailing-bin", binary))

    def check(call):
        assert dict(call.initial_metadata())["x-grpc-test-echo-initial"] == text
        assert dict(call.trailing_metadata())["x-grpc-test-echo-trailing-bin"] == binary

    response, call = stub.UnaryCall.with_call(large_request(), metadata=metadata, timeout=PATIENCE)
    assert response.payload.body == bytes(314159)
    check(call)
    call = stub.FullDuplexCall(iter([output_request(314159, 271828)]), metadata=metadata, timeout=PATIENCE)
    assert [len(response.payload.body) for response in call] == [314159]
    check(call)


def status_code_and_message(stub):
    status = messages_pb2.EchoStatus(code=2, message="test status message")
    request = messages_pb2.SimpleRequest(response_status=status)
    expect_status(
        grpc.StatusCode.UNKNOWN, lambda: stub.UnaryCall(request, timeout=PATIENCE), "test status message"
    )
    request = messages_pb2.StreamingOutputCallRequest(response_status=status)
    expect_status(
        grpc.StatusCode.UNKNOWN,
        lambda: list(stub.FullDuplexCall(iter([request]), timeout=PATIENCE)),
        "test status message",
    )


def special_status_message(stub):
    message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
    request = messages_pb2.SimpleRequest(response_status=messages_pb2.EchoStatus(code=2, message=message))
    expect_status(grpc.StatusCode.UNKNOWN, lambda: stub.UnaryCall(request, timeout=PATIENCE), message)


def unimplemented_method(stub):
    expect_status(
        grpc.StatusCode.UNIMPLEMENTED, lambda: stub.UnimplementedCall(empty_pb2.Empty(), timeout=PATIENCE)
    )


def unimplemented_service(stub):
    stub = test_pb2_grpc.UnimplementedServiceStub(stub.channel)
    expect_status(
        grpc.StatusCode.UNIMPLEMENTED, lambda: stub.UnimplementedCall(empty_pb2.Empty(), timeout=PATIENCE)
    )


with grpc.insecure_channel(f"unix:{sys.argv[2]}") as channel:
    test_stub = test_pb2_grpc.TestServiceStub(channel)
    test_stub.channel = channel
    globals()[sys.argv[3]](test_stub)
