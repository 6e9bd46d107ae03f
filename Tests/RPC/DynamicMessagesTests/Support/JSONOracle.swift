import Foundation
import Testing

/// Runs Google's own JSON mapping, in Python.
enum JSONOracle {
  /// The path of a Python with the package protobuf, set by `make test`.
  static let python = ProcessInfo.processInfo.environment["CREDITS_PEERS_PYTHON"]
  static let absence: Comment = "CREDITS_PEERS_PYTHON names no Python with protobuf's library"

  enum Case {
    case json(String)
    case wire([UInt8])
  }

  struct Answer: Decodable {
    /// Encoded deterministically, with maps sorted by key.
    var wire: Data?
    /// With sorted keys.
    var json: String?
    var error: String?
    var jsonError: String?

    enum CodingKeys: String, CodingKey {
      case wire, json, error
      case jsonError = "json_error"
    }
  }

  static func ask(_ cases: [Case], type: String = "dynamic.Everything", emitsDefaults: Bool = false) throws -> [Answer]
  {
    let request: [String: Any] = [
      "descriptors": Data(Fixture.descriptorSet).base64EncodedString(),
      "type": type,
      "cases": cases.map { each -> [String: Any] in
        switch each {
        case .json(let text): ["json": text, "defaults": emitsDefaults]
        case .wire(let bytes): ["wire": Data(bytes).base64EncodedString(), "defaults": emitsDefaults]
        }
      },
    ]
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("oracle-\(UUID().uuidString).json")
    try JSONSerialization.data(withJSONObject: request).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python!)
    process.arguments = [script.path]
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let answer = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "the oracle failed")
    let answers = try JSONDecoder().decode([Answer].self, from: answer)
    try #require(answers.count == cases.count)
    return answers
  }

  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("oracle/json_oracle.py")
}
