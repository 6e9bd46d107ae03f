"""Converts between JSON and protobuf's wire format with Google's own library.

Reads {"descriptors": base64, "type": name, "cases": [{"json": text} or {"wire": base64}]} from standard input and
answers a list in the same order: {"json": text, "wire": base64} of the message, or {"error": text}.
"""

import base64
import json
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory


def convert(message_class, pool, case):
    message = message_class()
    try:
        if "json" in case:
            json_format.Parse(case["json"], message, descriptor_pool=pool)
        else:
            message.ParseFromString(base64.b64decode(case["wire"]))
    except Exception as error:  # every refusal is an answer
        return {"error": f"{type(error).__name__}: {error}"}
    answer = {"wire": base64.b64encode(message.SerializeToString(deterministic=True)).decode()}
    try:
        answer["json"] = json_format.MessageToJson(
            message,
            always_print_fields_with_no_presence=case.get("defaults", False),
            descriptor_pool=pool,
            sort_keys=True,
        )
    except Exception as error:  # some messages have no JSON form
        answer["json_error"] = f"{type(error).__name__}: {error}"
    return answer


def main():
    request = json.load(sys.stdin)
    pool = descriptor_pool.DescriptorPool()
    files = descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(request["descriptors"]))
    for file in files.file:
        pool.Add(file)
    message_class = message_factory.GetMessageClass(pool.FindMessageTypeByName(request["type"]))
    json.dump([convert(message_class, pool, case) for case in request["cases"]], sys.stdout)


main()
