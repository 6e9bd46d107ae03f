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

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case name, uid, gid, roles
    }

    /// The largest number stands for no user (chown(2)).
    private static let identities = 0...Int(UInt32.max) - 1

    init(from decoder: any Decoder) throws {
      try StrictMembers.check(decoder, CodingKeys.self)
      let members = try decoder.container(keyedBy: CodingKeys.self)
      name = try members.decode(String.self, forKey: .name)
      uid = try members.wholeNumber(forKey: .uid, in: Self.identities).map { UInt32($0) }
      gid = try members.wholeNumber(forKey: .gid, in: Self.identities).map { UInt32($0) }
      roles = try members.decode([String].self, forKey: .roles)
    }
  }

  /// What each caller may use, over all its connections.
  struct Limits: Decodable, Equatable {
    var connections: Int?
    /// For requests that are not handled yet and responses that are not read.
    var memoryMebibytes: Int?

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case connections, memoryMebibytes
    }

    init(from decoder: any Decoder) throws {
      try StrictMembers.check(decoder, CodingKeys.self)
      let members = try decoder.container(keyedBy: CodingKeys.self)
      connections = try members.wholeNumber(forKey: .connections, in: .min ... .max)
      memoryMebibytes = try members.wholeNumber(forKey: .memoryMebibytes, in: .min ... .max)
    }
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
  /// The amounts and thresholds that a page for adding credits suggests, in dollars.
  var suggestedAmounts: [String]?
  var suggestedThresholds: [String]?
  var stopTimeout: String?
  var busyPolling: Bool?
  var callers: [Caller]?
  var limits: Limits?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case busyPolling, callers, data, existing, limits, logCalls, logLevel, lowBalance, maximumShortfall
    case processor, processorUser, socket, socketGroup, stopTimeout, suggestedAmounts, suggestedThresholds
  }

  init() {}

  /// The whole file, of which every member is known.
  private struct Document: Decodable {
    let file: ConfigurationFile

    init(from decoder: any Decoder) throws {
      try StrictMembers.check(decoder, ConfigurationFile.CodingKeys.self)
      file = try ConfigurationFile(from: decoder)
    }
  }

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
    do {
      self = try JSONDecoder().decode(Document.self, from: Data(json)).file
    } catch let error as DecodingError {
      throw .fileInvalid(path, error.sentence)
    } catch {
      throw .fileInvalid(path, "\(error)")
    }
  }
}
