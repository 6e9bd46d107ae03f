/// Why bytes are not a valid string field.
enum TextFault {
  case nul
  case invalid
}

/// Finds U+0000 and invalid UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
func textFault(in bytes: UnsafeBufferPointer<UInt8>) -> TextFault? {
  let count = bytes.count
  let raw = UnsafeRawBufferPointer(bytes)
  var index = 0
  while index < count {
    // Skip eight bytes at a time while all are ASCII and none is zero.
    while count - index >= 8 {
      let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080 != 0 { break }
      index += 8
    }
    if index == count { return nil }
    let byte = bytes[index]
    if byte == 0 { return .nul }
    if byte < 0x80 {
      index += 1
      continue
    }
    guard let length = sequenceLength(in: bytes, at: index) else { return .invalid }
    index += length
  }
  return nil
}

/// Returns the length of the sequence of two to four bytes at `index`, or nil if it is not well-formed.
private func sequenceLength(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
  let length: Int
  var second: ClosedRange<UInt8> = 0x80...0xBF
  switch bytes[index] {
  case 0xC2...0xDF: length = 2
  case 0xE0: (length, second) = (3, 0xA0...0xBF)
  case 0xED: (length, second) = (3, 0x80...0x9F)
  case 0xE1...0xEF: length = 3
  case 0xF0: (length, second) = (4, 0x90...0xBF)
  case 0xF1...0xF3: length = 4
  case 0xF4: (length, second) = (4, 0x80...0x8F)
  default: return nil
  }
  guard bytes.count - index >= length, second.contains(bytes[index + 1]) else { return nil }
  for offset in stride(from: 2, to: length, by: 1) where bytes[index + offset] & 0xC0 != 0x80 { return nil }
  return length
}
