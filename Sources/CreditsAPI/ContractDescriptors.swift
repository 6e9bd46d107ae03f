public import ProtobufWellKnown

/// A point in time, as the contract's messages carry it.
public typealias Timestamp = ProtobufWellKnown.Timestamp

/// What a caller must have been granted; each service's `Methods` names the role of each rpc.
public typealias Role = Access.Role

/// The proto files, compiled, for server reflection.
public enum ContractDescriptors {
  /// A serialized `google.protobuf.FileDescriptorSet`: `credits.v1`, what it imports, and the health, reflection and
  /// status protos.
  public static var serializedFileDescriptorSet: [UInt8] {
    base64DescriptorSet.withUTF8Buffer { decodedBase64($0) }
  }
}

/// RFC 4648, section 4, for input that is known to be well-formed.
private func decodedBase64(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.count / 4 * 3)
  var bits: UInt32 = 0
  var count = 0
  for character in text {
    let value: UInt8
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): value = 62
    case UInt8(ascii: "/"): value = 63
    default: continue
    }
    bits = bits << 6 | UInt32(value)
    count += 6
    if count >= 8 {
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
  }
  return bytes
}
