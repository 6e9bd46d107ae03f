import Encodings
import ProtobufDescriptors

extension JSONReader {
  func scalar(_ json: JSONValue, _ kind: FieldDescriptor.Kind) throws(JSONMappingError) -> DynamicValue {
    switch kind {
    case .int32, .sint32, .sfixed32: return .signed(Int64(try integer(json, Int32.self, "\(kind)")))
    case .int64, .sint64, .sfixed64: return .signed(try integer(json, Int64.self, "\(kind)"))
    case .uint32, .fixed32: return .unsigned(UInt64(try integer(json, UInt32.self, "\(kind)")))
    case .uint64, .fixed64: return .unsigned(try integer(json, UInt64.self, "\(kind)"))
    case .double: return .double(try real(json, Double.self, "double"))
    case .float: return .float(try real(json, Float.self, "float"))
    case .bool:
      guard case .bool(let isTrue) = json.content else {
        throw JSONMappingError(.expected("true or false", found: json.kindName), at: json)
      }
      return .bool(isTrue)
    case .string: return .string(try text(json))
    case .bytes:
      let text = try text(json)
      guard let bytes = Base64.decode(text, alphabet: .standardOrURL) else {
        throw JSONMappingError(.textInvalid(text, wanted: "base64"), at: json)
      }
      return .bytes(bytes)
    case .message, .group, .enum:
      throw JSONMappingError(.expected("a scalar", found: json.kindName), at: json)
    }
  }

  func text(_ json: JSONValue, wanted: String = "a string") throws(JSONMappingError) -> String {
    guard case .string(let text) = json.content else {
      throw JSONMappingError(.expected(wanted, found: json.kindName), at: json)
    }
    return text
  }

  /// Reads an integer from a number or string; an exponent and a fraction of zero are allowed.
  private func integer<Integer: FixedWidthInteger>(
    _ json: JSONValue,
    _ type: Integer.Type,
    _ kind: String
  ) throws(JSONMappingError) -> Integer {
    switch json.content {
    case .number(let text), .string(let text): return try integer(text, type, kind, json)
    default: throw JSONMappingError(.expected("a whole number", found: json.kindName), at: json)
    }
  }

  func integer<Integer: FixedWidthInteger>(
    _ text: String,
    _: Integer.Type,
    _ kind: String,
    _ json: JSONValue
  ) throws(JSONMappingError) -> Integer {
    guard let number = DecimalNumber(text) else {
      throw JSONMappingError(.textInvalid(text, wanted: "a number"), at: json)
    }
    guard number.isWhole else { throw JSONMappingError(.notInteger(text), at: json) }
    guard let value = number.integer(Integer.self) else {
      throw JSONMappingError(.outOfRange(text, kind: kind), at: json)
    }
    return value
  }

  /// Reads a floating-point number from a number or string; strings may also be NaN or an infinity.
  private func real<Real: BinaryFloatingPoint & LosslessStringConvertible>(
    _ json: JSONValue,
    _: Real.Type,
    _ kind: String
  ) throws(JSONMappingError) -> Real {
    let text: String
    switch json.content {
    case .number(let digits): text = digits
    case .string("NaN"): return .nan
    case .string("Infinity"): return .infinity
    case .string("-Infinity"): return -.infinity
    case .string(let digits): text = digits
    default: throw JSONMappingError(.expected("a number", found: json.kindName), at: json)
    }
    // The standard library accepts more than JSON's numbers: hexadecimal, "inf".
    guard DecimalNumber(text) != nil, let value = Real(text) else {
      throw JSONMappingError(.textInvalid(text, wanted: "a number"), at: json)
    }
    guard value.isFinite else { throw JSONMappingError(.outOfRange(text, kind: kind), at: json) }
    return value
  }

  /// Reads a map key of any kind from a JSON object's key, which is a string.
  func mapKey(_ member: JSONMember, _ field: FieldDescriptor) throws(JSONMappingError) -> DynamicValue {
    let key = JSONValue(.string(member.key), offset: member.offset)
    guard field.kind == .bool else { return try scalar(key, field.kind) }
    switch member.key {
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: throw JSONMappingError(.textInvalid(member.key, wanted: "true or false"), at: key)
    }
  }
}
