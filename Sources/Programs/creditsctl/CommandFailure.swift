import UnixGRPC

/// Why a command failed.
enum CommandFailure: Error {
  /// The command line, or its JSON, is invalid.
  case usage(String)
  /// The call ended with this status; `details` are the status details as text.
  case call(GRPCStatus, details: [String])
  /// No server can be reached.
  case connection(String)
  /// A file of this machine could not be read or written.
  case file(String)
  /// The server does not describe the types that are needed.
  case schema(String)
  /// The answer is negative: it is already printed, and only sets the exit status.
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

  /// The text to print; nil if everything is already printed.
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
