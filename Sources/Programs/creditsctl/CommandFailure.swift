import UnixGRPC

/// Why a command did not do what it was asked.
enum CommandFailure: Error {
  /// The command line, or the JSON given to it.
  case usage(String)
  /// The server's answer, with its details as text.
  case call(GRPCStatus, details: [String])
  /// There is no server to talk to.
  case connection(String)
  /// A file of this machine could not be read or written.
  case file(String)
  /// The server does not say what its types are.
  case schema(String)
  /// What was asked for is so, and the exit status has to tell; the words are already written.
  case negative

  enum ExitStatus: Int32 {
    case callFailed = 1
    case usage = 2
    case noConnection = 3
    case noSchema = 4
  }

  var exitStatus: ExitStatus {
    switch self {
    case .usage: .usage
    case .call, .file, .negative: .callFailed
    case .connection: .noConnection
    case .schema: .noSchema
    }
  }

  /// Nil when all has been said.
  func text(_ palette: Palette) -> String? {
    switch self {
    case .usage(let sentence), .connection(let sentence), .file(let sentence), .schema(let sentence):
      return palette.error("error: ") + sentence
    case .call(let status, let details):
      let head = palette.error(status.code.name) + (status.message.isEmpty ? "" : ": \(visible(status.message))")
      return ([head] + details).joined(separator: "\n")
    case .negative: return nil
    }
  }
}
