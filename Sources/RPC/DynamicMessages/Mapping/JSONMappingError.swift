/// Why a JSON value cannot be read as a message of a type, or a message has no JSON form.
package struct JSONMappingError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: Hashable, Sendable {
    /// The type has no such field; `nearest` is the most similar field name.
    case fieldUnknown(String, type: String, nearest: String?)
    /// The field is given by both its JSON name and its proto name.
    case fieldTwice(String)
    case oneofTwice(String, first: String, second: String)
    case fieldRequired(String)
    case enumValueUnknown(String, type: String, nearest: String?)
    /// The JSON value has the wrong kind: `expected a string, found a number`.
    case expected(String, found: String)
    /// The number is out of range for the kind.
    case outOfRange(String, kind: String)
    case notInteger(String)
    case textInvalid(String, wanted: String)
    case nullElement
    case mapKeyTwice(String)
    /// A `google.protobuf.Any` lacks `@type`.
    case anyTypeMissing
    /// The bytes in an Any are not a message of its type.
    case anyContentInvalid(WireDecodingError)
    case tooDeep
    /// The descriptors do not include this type.
    case typeMissing(String)
  }

  package var reason: Reason
  /// The offset of the value, or of its key, in its JSON document; nil if there is no document.
  package var offset: Int?
  /// The path components of the value, outermost first: `.entries`, `[3]`.
  package var steps: [String] = []

  init(_ reason: Reason, at value: JSONValue? = nil) {
    self.init(reason, offset: value?.offset)
  }

  init(_ reason: Reason, offset: Int?) {
    self.reason = reason
    self.offset = offset
  }

  /// The JSON path of the value, `$.entries[3].amount`.
  package var path: String { "$" + steps.joined() }

  package var description: String { "\(path): \(sentence)" }

  private var sentence: String {
    switch reason {
    case .fieldUnknown(let name, let type, let nearest):
      "\(type) has no field \"\(name)\"" + Self.suggestion(nearest)
    case .fieldTwice(let name): "the field is given twice, as \"\(name)\" and by its other name"
    case .oneofTwice(let oneof, let first, let second):
      "only one of \"\(first)\" and \"\(second)\" may be set: both belong to oneof \"\(oneof)\""
    case .fieldRequired(let name): "the required field \"\(name)\" is missing"
    case .enumValueUnknown(let name, let type, let nearest):
      "enum \(type) has no value \"\(name)\"" + Self.suggestion(nearest)
    case .expected(let wanted, let found): "expected \(wanted), found \(found)"
    case .outOfRange(let number, let kind): "\(number) does not fit \(kind)"
    case .notInteger(let number): "\(number) is not a whole number"
    case .textInvalid(let text, let wanted): "\(JSONWriter.quoted(text)) is not \(wanted)"
    case .nullElement: "null cannot be an element of a list or a value of a map"
    case .mapKeyTwice(let key): "the map key \"\(key)\" stands for one that is already there"
    case .anyTypeMissing: "google.protobuf.Any needs \"@type\", for example \"type.googleapis.com/package.Message\""
    case .anyContentInvalid(let error): "the content of the Any cannot be read: \(error)"
    case .tooDeep: "messages nest deeper than \(NestingLimit.messages) levels"
    case .typeMissing(let name): "the type \(name) is not known"
    }
  }

  private static func suggestion(_ nearest: String?) -> String {
    nearest.map { "; did you mean \"\($0)\"?" } ?? ""
  }

  func within(_ step: String) -> JSONMappingError {
    var error = self
    error.steps.insert(step, at: 0)
    return error
  }

  /// Returns the path component of an object's member: `.name`, or `["odd name"]`.
  static func step(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    return isPlain && !name.isEmpty ? ".\(name)" : "[\(JSONWriter.quoted(name))]"
  }
}
