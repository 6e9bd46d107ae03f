import ProtobufDescriptors

/// The message types of `google.protobuf` that have a special JSON form.
///
/// Source: protobuf.dev/programming-guides/json, and the comments of the proto files.
package enum WellKnownType: Sendable, Hashable {
  case any, timestamp, duration, fieldMask, `struct`, value, listValue
  /// A wrapper such as `google.protobuf.Int64Value`, whose field 1 JSON writes without an enclosing object.
  case wrapper

  /// Fails for other messages, and for a message with such a name but other fields.
  init?(_ descriptor: MessageDescriptor) {
    guard let found = Self.byName[descriptor.fullName] else { return nil }
    for (number, kind) in found.fields {
      guard descriptor.fields.contains(where: { $0.number == number && $0.kind == kind }) else { return nil }
    }
    self = found.type
  }

  private static let byName: [String: (type: WellKnownType, fields: [Int32: FieldDescriptor.Kind])] = [
    "google.protobuf.Any": (.any, [1: .string, 2: .bytes]),
    "google.protobuf.Timestamp": (.timestamp, [1: .int64, 2: .int32]),
    "google.protobuf.Duration": (.duration, [1: .int64, 2: .int32]),
    "google.protobuf.FieldMask": (.fieldMask, [1: .string]),
    "google.protobuf.Struct": (.struct, [1: .message]),
    "google.protobuf.Value": (
      .value, [1: .enum, 2: .double, 3: .string, 4: .bool, 5: .message, 6: .message]
    ),
    "google.protobuf.ListValue": (.listValue, [1: .message]),
    "google.protobuf.DoubleValue": (.wrapper, [1: .double]),
    "google.protobuf.FloatValue": (.wrapper, [1: .float]),
    "google.protobuf.Int64Value": (.wrapper, [1: .int64]),
    "google.protobuf.UInt64Value": (.wrapper, [1: .uint64]),
    "google.protobuf.Int32Value": (.wrapper, [1: .int32]),
    "google.protobuf.UInt32Value": (.wrapper, [1: .uint32]),
    "google.protobuf.BoolValue": (.wrapper, [1: .bool]),
    "google.protobuf.StringValue": (.wrapper, [1: .string]),
    "google.protobuf.BytesValue": (.wrapper, [1: .bytes]),
  ]

  static let nullValueName = "google.protobuf.NullValue"
  static let valueName = "google.protobuf.Value"
}
