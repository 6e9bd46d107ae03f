import ProtobufDescriptors

/// The reasons and metadata keys that a contract's proto files declare.
///
/// The contract's package declares the enum `Error.Reason`, whose values have the option `reason`, and the enum
/// `ErrorMetadata.Key`, whose values have the option `metadata_kind`.
struct ReasonCatalog {
  struct Reason {
    var name: String
    var comment: String
    /// The heading of the section that begins at this reason: a detached comment before the value's own.
    var section: String?
    /// The name of its `google.rpc.Code`, such as `NOT_FOUND`.
    var code: String
    /// Whether the refusal is final for its idempotency key.
    var isFinal: Bool
    var keys: [Key]
    var isDeprecated: Bool

    var swiftName: String { SwiftNames.enumCase(name, of: "Reason") }
  }

  struct Key: Equatable {
    var name: String
    var comment: String
    var kind: Kind

    /// The key as sent: `wallet_id`.
    var sentName: String { name.lowercased() }
    var swiftName: String { SwiftNames.member(name) }
  }

  /// The raw values are the names of the values of `ErrorMetadata.Kind`.
  enum Kind: String, CaseIterable {
    case money = "MONEY"
    case id = "ID"
    case text = "TEXT"
    case integer = "INTEGER"
  }

  /// The key that gives the currency of amounts.
  static let currencyKey = "CURRENCY_CODE"

  /// In the order of the proto file, without the unspecified one.
  let reasons: [Reason]
  let keys: [Key]
  /// The comment on the message `Error`.
  let comment: String

  init(files: [FileDescriptor], package: String) throws(GeneratorError) {
    let types = TypeCatalog(files: files, modules: [:])
    let extensions = files.flatMap(\.extensions)
    let options = { (name: String, kind: FieldDescriptor.Kind) throws(GeneratorError) -> FieldDescriptor in
      let option = extensions.first { $0.fullName == "\(package).\(name)" }
      guard let option, option.extendee == "google.protobuf.EnumValueOptions", option.kind == kind else {
        throw GeneratorError("\(package).\(name) is no \(kind) option of enum values")
      }
      return option
    }
    let declared = { (name: String) throws(GeneratorError) -> [EnumDescriptor.Value] in
      guard let type = types.enum("\(package).\(name)") else {
        throw GeneratorError("there is no enum \(package).\(name)")
      }
      return type.values.filter { $0.number != 0 }
    }

    let kindOption = try options("metadata_kind", .enum)
    let kinds = types.enum(kindOption.typeName)?.values ?? []
    var keys: [Int32: Key] = [:]
    var orderedKeys: [Key] = []
    for value in try declared("ErrorMetadata.Key") {
      let number = value.options.varint(UInt32(kindOption.number))
      guard let name = kinds.first(where: { UInt64($0.number) == number })?.name, let kind = Kind(rawValue: name) else {
        throw GeneratorError("\(value.name) has no (\(kindOption.fullName)) that is known")
      }
      let key = Key(name: value.name, comment: try Self.comment(value), kind: kind)
      keys[value.number] = key
      orderedKeys.append(key)
    }

    let reader = try ReasonOptionsReader(option: options("reason", .message), types: types, keys: keys)
    var reasons: [Reason] = []
    for value in try declared("Error.Reason") {
      let (code, isFinal, keys) = try reader.read(value)
      let section = value.comments.detached.last.map { $0.trimmed }
      reasons.append(
        Reason(
          name: value.name,
          comment: try Self.comment(value),
          section: section,
          code: code,
          isFinal: isFinal,
          keys: keys,
          isDeprecated: value.options.isDeprecated
        )
      )
    }
    self.reasons = reasons
    self.keys = orderedKeys
    comment = types.message("\(package).Error")?.comments.leading ?? ""
  }

  private static func comment(_ value: EnumDescriptor.Value) throws(GeneratorError) -> String {
    let comment = value.comments.leading + value.comments.trailing
    guard !comment.trimmed.isEmpty else { throw GeneratorError("\(value.name) has no comment that says what it means") }
    return comment
  }
}

extension String {
  /// The text on one line, with white space collapsed and trimmed.
  var trimmed: String {
    split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
