"""grpcio-reflection (v1alpha) against a server on a Unix socket: prints its services, and a call made from descriptors.

usage: reflection.py SOCKET
"""

import sys

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

with grpc.insecure_channel(f"unix:{sys.argv[1]}") as channel:
    database = ProtoReflectionDescriptorDatabase(channel)
    for service in sorted(database.get_services()):
        print("service", service)
    pool = DescriptorPool(database)
    method = pool.FindServiceByName("grpc.testing.TestService").FindMethodByName("UnaryCall")
    request_class, response_class = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
    call = channel.unary_unary(
        "/grpc.testing.TestService/UnaryCall",
        request_serializer=request_class.SerializeToString,
        response_deserializer=response_class.FromString,
    )
    print("size", len(call(request_class(response_size=42), timeout=30).payload.body))
