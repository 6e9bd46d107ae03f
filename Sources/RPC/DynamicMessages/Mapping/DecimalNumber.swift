/// A JSON number, parsed without loss of precision.
struct DecimalNumber {
  private let isNegative: Bool
  /// The digits without leading zeros; empty for zero.
  private let digits: [UInt8]
  /// The power of ten that the digits are multiplied by.
  private let exponent: Int

  /// More digits than any integer kind has; also keeps `1e999999999` from being expanded.
  private static let maximumDigits = 20

  /// Fails if the text is not a number of RFC 8259.
  init?(_ text: some StringProtocol) {
    var bytes = Array(text.utf8)[...]
    isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { bytes.removeFirst() }
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    let whole = bytes.prefix(while: isDigit)
    bytes = bytes.dropFirst(whole.count)
    guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return nil }
    var fraction: ArraySlice<UInt8> = []
    if bytes.first == UInt8(ascii: ".") {
      fraction = bytes.dropFirst().prefix(while: isDigit)
      bytes = bytes.dropFirst(1 + fraction.count)
      guard !fraction.isEmpty else { return nil }
    }
    var written = 0
    if bytes.first == UInt8(ascii: "e") || bytes.first == UInt8(ascii: "E") {
      var power = bytes.dropFirst()
      if power.first == UInt8(ascii: "+") { power = power.dropFirst() }
      let digits = power.first == UInt8(ascii: "-") ? power.dropFirst() : power
      guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
      // An exponent that overflows Int is out of range for every kind.
      let isSmall = power.first == UInt8(ascii: "-")
      written = Int(String(decoding: power, as: UTF8.self)) ?? (isSmall ? Int.min / 2 : Int.max / 2)
      bytes = []
    }
    guard bytes.isEmpty else { return nil }
    let significant = (whole + fraction).drop { $0 == UInt8(ascii: "0") }
    let trailing = significant.reversed().prefix { $0 == UInt8(ascii: "0") }.count
    digits = Array(significant.dropLast(trailing))
    let scale = min(max(written, Int.min / 4), Int.max / 4)
    exponent = digits.isEmpty ? 0 : scale - fraction.count + trailing
  }

  var isWhole: Bool { exponent >= 0 }

  /// The value as an integer, or nil if it has a fraction or is out of range.
  func integer<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer? {
    guard isWhole, digits.count + exponent <= Self.maximumDigits else { return nil }
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: exponent)
    let text = String(decoding: digits + zeros, as: UTF8.self)
    return text.isEmpty ? 0 : Integer((isNegative ? "-" : "") + text)
  }
}
