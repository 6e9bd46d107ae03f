import CreditsVersion
import Glibc
import Logging
import UnixGRPC

/// What a daemon that has started says of itself, in one line.
struct StartSummary {
  let settings: Settings
  /// Names of callers and who they are, as `Settings.authorization()` gives them.
  let callers: [String]

  var metadata: Logger.Metadata {
    [
      "version": "\(CreditsVersion.current)",
      "socket": "\(socket)",
      "data": "\(Self.absolute(settings.dataDirectory))",
      "processor": "\(settings.processor.summary)",
      "callers": "\(callers.joined(separator: ", "))",
    ]
  }

  private var socket: String {
    switch settings.socket {
    case .path(let path, _): Self.absolute(path)
    case .activation: "passed in LISTEN_FDS"
    }
  }

  /// Who reads a log seldom knows the working directory of who wrote it.
  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
    defer { free(directory) }
    return String(cString: directory) + "/" + path
  }
}
