import ProtobufDescriptors

/// Reads the option `reason` of a value of `Error.Reason`. protoc 3.21 sends it as bytes unknown to descriptor.proto;
/// its declaration gives the numbers of its fields.
struct ReasonOptionsReader {
  private let option: FieldDescriptor
  private let keys: [Int32: ReasonCatalog.Key]
  private let codeNumber: Int32
  private let finalNumber: Int32
  private let metadataNumber: Int32
  private let codes: [EnumDescriptor.Value]

  init(option: FieldDescriptor, types: TypeCatalog, keys: [Int32: ReasonCatalog.Key]) throws(GeneratorError) {
    self.option = option
    self.keys = keys
    let fields = types.message(option.typeName)?.fields ?? []
    let field = { (name: String, kind: FieldDescriptor.Kind) throws(GeneratorError) -> FieldDescriptor in
      guard let field = fields.first(where: { $0.name == name && $0.kind == kind }) else {
        throw GeneratorError("\(option.typeName) has no \(kind) \(name)")
      }
      return field
    }
    let code = try field("code", .enum)
    codes = types.enum(code.typeName)?.values ?? []
    codeNumber = code.number
    finalNumber = try field("final", .bool).number
    metadataNumber = try field("metadata", .enum).number
  }

  func read(
    _ value: EnumDescriptor.Value
  ) throws(GeneratorError) -> (code: String, isFinal: Bool, keys: [ReasonCatalog.Key]) {
    let set = value.options.extensions.last { $0.number == option.number && $0.wireType == .lengthDelimited }
    guard let content = set?.content else { throw GeneratorError("\(value.name) has no (\(option.fullName))") }
    var code = 0
    var isFinal = false
    var numbers: [Int] = []
    for field in try WireFields.of(content[...]) {
      switch field.number {
      case codeNumber: code = field.value
      case finalNumber: isFinal = field.value != 0
      case metadataNumber: numbers += try WireFields.packedVarints(field.content)
      default: throw GeneratorError("\(value.name) sets an unknown field of (\(option.fullName))")
      }
    }
    guard let code = codes.first(where: { $0.number == code && code != 0 })?.name else {
      throw GeneratorError("\(value.name) names no code but OK")
    }
    var keys: [ReasonCatalog.Key] = []
    for number in numbers {
      guard let key = self.keys[Int32(truncatingIfNeeded: number)], !keys.contains(key) else {
        throw GeneratorError("\(value.name) names a metadata key that is not declared, or one twice")
      }
      keys.append(key)
    }
    if keys.contains(where: { $0.kind == .money }), !keys.contains(where: { $0.name == ReasonCatalog.currencyKey }) {
      throw GeneratorError("\(value.name) has an amount without \(ReasonCatalog.currencyKey)")
    }
    return (code, isFinal, keys)
  }
}
