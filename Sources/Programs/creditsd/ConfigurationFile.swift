import FoundationEssentials
import Glibc

/// What the configuration file may hold: JSON, every member optional, none unknown.
struct ConfigurationFile: Decodable, Equatable {
  /// A user or group that may call, under a name of its own.
  struct Caller: Decodable, Equatable {
    var name: String
    var uid: UInt32?
    var gid: UInt32?
    var roles: [String]
  }

  var socket: String?
  var data: String?
  var processor: String?
  var processorUser: String?
  var logLevel: String?
  var logCalls: Bool?
  var socketGroup: String?
  /// Dollars as text, so that no cent is lost.
  var lowBalance: String?
  var maximumShortfall: String?
  var callers: [Caller]?

  init() {}

  /// Reads the file at `path`.
  init(path: String) throws(SettingsError) {
    guard let bytes = Self.contents(of: path) else {
      throw .fileUnreadable(path, String(cString: strerror(errno)))
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
    "callers", "data", "logCalls", "logLevel", "lowBalance", "maximumShortfall", "processor",
    "processorUser", "socket", "socketGroup",
  ]

  /// Takes a member of any kind, to look at the names alone.
  private struct AnyMember: Decodable {
    init(from decoder: any Decoder) {}
  }

  private static func contents(of path: String) -> [UInt8]? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return ferror(file) == 0 ? bytes : nil
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
