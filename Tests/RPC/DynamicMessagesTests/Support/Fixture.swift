import Foundation
import ProtobufDescriptors
import Testing

@testable import DynamicMessages

/// The types of the test's proto files.
enum Fixture {
  static let descriptorSet = [UInt8](Data(base64Encoded: base64FixtureDescriptorSet)!)
  static let types: TypePool = {
    do { return TypePool(files: try FileDescriptorSet(serializedBytes: descriptorSet).files) } catch {
      fatalError("the fixture is not a descriptor set: \(error)")
    }
  }()
  static let everything = types.message("dynamic.Everything")!
  static let legacy = types.message("dynamic.Legacy")!
  static let reader = JSONReader(types: types)
  static let printer = JSONPrinter(types: types)
  static let decoder = WireDecoder(types: types)

  static func read(_ json: String, as type: MessageType = everything) throws -> DynamicMessage {
    try reader.message(JSONDocument(json).value(), as: type)
  }

  static func print(_ message: DynamicMessage, emitsDefaults: Bool = false) throws -> String {
    var printer = printer
    printer.defaults = emitsDefaults ? .all : .none
    return JSONWriter(isIndented: false).text(of: try printer.json(message))
  }

  /// Reads a message from JSON and prints it again.
  static func roundTrip(_ json: String, as type: MessageType = everything) throws -> String {
    try print(read(json, as: type))
  }

  static func hex(_ text: String) -> [UInt8] {
    text.split(separator: " ").map { UInt8($0, radix: 16)! }
  }
}
