import ArgumentParser
import ProtobufWire
import UnixGRPC

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Have creditsd prove its ledger while it goes on working.",
    discussion: """
      Exit status 0 if every wallet's chain and balance, the double entry, holds, refunds, recharges, cards, keys and \
      refusals are as they must be. Keep the digest elsewhere and give it next time: it finds out whoever rewrites the \
      whole file. Needs the role admin.
      """
  )

  @OptionGroup var connectionOptions: ConnectionOptions

  @Option(help: ArgumentHelp("How many changes an earlier digest was taken after.", valueName: "count"))
  var knownChanges: UInt64?

  @Option(help: ArgumentHelp("That digest.", valueName: "digest"))
  var knownDigest: String?

  func validate() throws {
    if (knownChanges == nil) != (knownDigest == nil) {
      throw ValidationError("--known-changes and --known-digest come together: an earlier verify printed both")
    }
  }

  func run() async throws {
    let connection = try connectionOptions.connect()
    var request = WireWriter()
    if let knownChanges { request.write(1, varint: knownChanges) }
    if let knownDigest { request.write(2, string: knownDigest) }
    var verdict: Verdict?
    do {
      let call = try await LedgerStream.responses(of: "VerifyLedger", request.bytes, on: connection)
      for try await message in call.responses { verdict = try Self.take(message) ?? verdict }
    } catch let status as GRPCStatus {
      throw LedgerStream.failure(status, connection)
    }
    guard let verdict else {
      throw CommandFailure.call(GRPCStatus(code: .internal, message: "no verdict"), details: [])
    }
    Terminal.standardOutput.write(verdict.text(Palette(of: .standardOutput)))
    if !verdict.isSound { throw CommandFailure.negative }
  }

  /// Prints progress on a terminal. Returns the verdict if the message holds it.
  private static func take(_ message: [UInt8]) throws -> Verdict? {
    var reader = WireReader(message)
    while let field = try reader.next() {
      guard let bytes = field.bytes else { continue }
      if field.number == 2 { return try Verdict(bytes) }
      if field.number == 1, Terminal.standardError.showsColours { try show(bytes) }
    }
    return nil
  }

  private static func show(_ progress: ArraySlice<UInt8>) throws {
    var counts: [Int32: UInt64] = [:]
    var reader = WireReader(progress)
    while let field = try reader.next() { counts[field.number] = field.varint }
    Terminal.standardError.write("\r\(counts[1] ?? 0) of \(counts[2] ?? 0) changes, \(counts[3] ?? 0) rows\r")
  }
}
