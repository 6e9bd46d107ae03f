import ArgumentParser

/// A number of bytes given on the command line: `4194304`, `64K`, `64M`, `1G`, with or without `iB` after the letter.
struct SizeArgument: ExpressibleByArgument {
  let byteCount: Int

  private static let units: [(suffix: String, shift: Int)] = [("K", 10), ("M", 20), ("G", 30)]
  /// A message's length has 32 bits on the wire, and protobuf's messages end at 2 GiB.
  private static let largest = Int(Int32.max)

  init?(argument: String) {
    var text = argument[...]
    if text.hasSuffix("iB") { text = text.dropLast(2) }
    let unit = Self.units.first { text.hasSuffix($0.suffix) }
    if unit == nil, text.count != argument.count { return nil }
    guard let number = Int(text.dropLast(unit == nil ? 0 : 1)), (1...Self.largest).contains(number) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: 1 << (unit?.shift ?? 0))
    guard !overflow else { return nil }
    // Two gibibytes are a byte more than there can be.
    byteCount = min(product, Self.largest)
  }
}
