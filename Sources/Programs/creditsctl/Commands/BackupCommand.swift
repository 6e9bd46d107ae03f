import ArgumentParser
import ProtobufWire
import UnixGRPC

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy creditsd's ledger to a file while it goes on working.",
    discussion: """
      The file holds everything that was acknowledged before the command began. It appears under its name only once it \
      is complete and on disk; until then it is FILE.partial. To restore it, make it ledger.db in an empty data \
      directory. sqlite3 can open it too. Needs the role admin.
      """
  )

  @OptionGroup var connectionOptions: ConnectionOptions

  @Argument(help: "Where to put the copy.", completion: .file())
  var file: String

  @Flag(help: "Replace a file of that name.")
  var force = false

  func run() async throws {
    let connection = try connectionOptions.connect()
    let copy = try BackupFile(path: file, replaces: force)
    var size = 0
    do {
      let call = try await LedgerStream.responses(of: "BackupLedger", [], on: connection)
      for try await message in call.responses {
        let chunk = try Self.chunk(in: message)
        try copy.write(chunk)
        size += chunk.count
      }
    } catch let status as GRPCStatus {
      throw LedgerStream.failure(status, connection)
    }
    try copy.finish()
    Terminal.standardOutput.write("\(file): \(size) bytes\n")
  }

  private static func chunk(in message: [UInt8]) throws -> ArraySlice<UInt8> {
    var reader = WireReader(message)
    while let field = try reader.next() {
      if field.number == 2, let bytes = field.bytes { return bytes }
    }
    return []
  }
}
