"""grpcio-health-checking against a server on a Unix socket.

Prints the status of the whole server, of each named service, and then of every change that Watch of the first one sees.
usage: health.py SOCKET SERVICE...
"""

import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc


def name(response):
    return health_pb2.HealthCheckResponse.ServingStatus.Name(response.status)


with grpc.insecure_channel(f"unix:{sys.argv[1]}") as channel:
    stub = health_pb2_grpc.HealthStub(channel)
    for service in [""] + sys.argv[2:]:
        try:
            print(name(stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=30)), flush=True)
        except grpc.RpcError as error:
            print(error.code().name, flush=True)
    for response in stub.Watch(health_pb2.HealthCheckRequest(service=sys.argv[2]), timeout=30):
        print("watched", name(response), flush=True)
        if response.status == health_pb2.HealthCheckResponse.NOT_SERVING:
            break
