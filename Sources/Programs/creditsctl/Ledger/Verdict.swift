import ProtobufWire
import UnixGRPC

/// The result of creditsd's verification of its ledger, with the fields that are printed.
struct Verdict {
  var isSound = false
  var flaws: [String] = []
  var flawCount: UInt64 = 0
  var recordCount: UInt64 = 0
  var refusalCount: UInt64 = 0
  var walletCount: UInt64 = 0
  var digest = ""

  /// Decodes a `credits.v1.VerifyLedgerResponse.Verdict`.
  init(_ message: ArraySlice<UInt8>) throws(WireError) {
    var reader = WireReader(message)
    while let field = try reader.next() {
      switch field.number {
      case 1: isSound = field.varint == 1
      case 2: flaws.append(field.string ?? "")
      case 3: flawCount = field.varint ?? 0
      case 4: recordCount = field.varint ?? 0
      case 5: refusalCount = field.varint ?? 0
      case 6: walletCount = field.varint ?? 0
      case 7: digest = field.string ?? ""
      default: break
      }
    }
  }

  func text(_ palette: Palette) -> String {
    var lines = [isSound ? palette.good("sound") : palette.error("not sound")]
    for flaw in flaws { lines.append("  \(visible(flaw))") }
    if flawCount > UInt64(flaws.count) { lines.append("  and \(flawCount - UInt64(flaws.count)) more") }
    lines.append("\(walletCount) wallets, \(recordCount) changes, \(refusalCount) refusals")
    lines.append("digest after \(recordCount) changes: \(visible(digest))")
    return lines.joined(separator: "\n") + "\n"
  }
}
