import FoundationEssentials
import Glibc
import SystemCalls

/// The configuration file: a JSON object whose members are all optional. Unknown members are errors.
struct ConfigurationFile: Decodable, Equatable {
  /// A user or group that may call, and its name.
  struct Caller: Decodable, Equatable {
    var name: String
    var uid: UInt32?
    var gid: UInt32?
    var roles: [String]
  }

  var socket: String?
  var data: String?
  var existing: Bool?
  var processor: String?
  var processorUser: String?
  var logLevel: String?
  var logCalls: Bool?
  var socketGroup: String?
  /// In dollars, as text so that the amount is exact.
  var lowBalance: String?
  var maximumShortfall: String?
  var stopTimeout: String?
  var busyPolling: Bool?
  var callers: [Caller]?

  init() {}

  /// Reads the file at `path`.
  init(path: String) throws(SettingsError) {
    let bytes: [UInt8]
    do throws(SystemError) {
      let file = open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { throw .last }
      defer { close(file) }
      bytes = try ByteStream.readAll(from: file)
    } catch {
      throw .fileUnreadable(path, error.description)
    }
    try self.init(json: bytes, path: path)
  }

  init(json: [UInt8], path: String) throws(SettingsError) {
    let data = Data(json)
    do {
      let members = try JSONDecoder().decode([String: AnyMember].self, from: data)
      if let unknown = members.keys.sorted().first(where: { !Self.names.contains($0) }) {
        throw SettingsError.fileInvalid(
          path,
          "unknown member \"\(unknown)\": known are \(Self.names.joined(separator: ", "))"
        )
      }
      self = try JSONDecoder().decode(ConfigurationFile.self, from: data)
    } catch let error as SettingsError {
      throw error
    } catch let error as DecodingError {
      throw .fileInvalid(path, Self.sentence(error))
    } catch {
      throw .fileInvalid(path, "\(error)")
    }
  }

  private static let names = [
    "busyPolling", "callers", "data", "existing", "logCalls", "logLevel", "lowBalance", "maximumShortfall", "processor",
    "processorUser", "socket", "socketGroup", "stopTimeout",
  ]

  /// Decodes a member of any type, to check only the names.
  private struct AnyMember: Decodable {
    init(from decoder: any Decoder) {}
  }

  private static func sentence(_ error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    case .keyNotFound(let key, let context):
      let path = (context.codingPath + [key]).map(\.stringValue).joined(separator: ".")
      return "\(path) is missing"
    @unknown default:
      return "\(error)"
    }
  }
}
