import ProtobufDescriptors
import ProtobufWire
import SeededRandom

@testable import DynamicMessages

/// Writes messages in every way that protobuf allows: fields in any order, messages in several parts, repeated numbers
/// packed and not, members of a oneof that a later one replaces, and in between what a reader has to skip.
struct UnusualEncoder {
  private var generator: SplitMix64
  private let types: TypePool

  init(seed: UInt64, types: TypePool) {
    generator = SplitMix64(seed: seed)
    self.types = types
  }

  // MARK: Content

  /// A message with random content.
  mutating func message(_ type: MessageType, depth: Int = 0) -> DynamicMessage {
    var message = DynamicMessage(type)
    for field in type.fields where chance(70) {
      switch field.shape {
      case .singular:
        if let value = value(of: field.descriptor, depth: depth) { message.set(field, value) }
      case .repeated:
        let values = (0..<Int.random(in: 1...4, using: &generator)).compactMap { _ in
          value(of: field.descriptor, depth: depth)
        }
        message.append(field.number, values)
      case .map: continue
      }
    }
    return message
  }

  private mutating func value(of field: FieldDescriptor, depth: Int) -> DynamicValue? {
    switch field.kind {
    case .message, .group:
      guard depth < 3, let type = types.message(field.typeName) else { return nil }
      return .message(message(type, depth: depth + 1))
    case .string:
      return .string(["a", "é", "wallet 1", String(repeating: "x", count: 200)].randomElement(using: &generator)!)
    case .bytes: return .bytes((0..<5).map { _ in .random(in: 0...255, using: &generator) })
    case .bool: return .bool(chance(50))
    case .enum: return .enum(.random(in: 0...40, using: &generator))
    case .double: return .double(.random(in: -1e9...1e9, using: &generator))
    case .float: return .float(.random(in: -1e9...1e9, using: &generator))
    case .int32, .sint32, .sfixed32: return .signed(Int64(Int32.random(in: .min ... .max, using: &generator)))
    case .int64, .sint64, .sfixed64: return .signed(.random(in: .min ... .max, using: &generator))
    case .uint32, .fixed32: return .unsigned(UInt64(UInt32.random(in: 0 ... .max, using: &generator)))
    case .uint64, .fixed64: return .unsigned(.random(in: 0 ... .max, using: &generator))
    }
  }

  // MARK: Bytes

  mutating func bytes(of message: DynamicMessage) -> [UInt8] { Array(fields(of: message).joined()) }

  /// The fields of a message, each with its tag: those of one number in their order, anything else in any.
  private mutating func fields(of message: DynamicMessage) -> [[UInt8]] {
    var sequences: [[[UInt8]]] = []
    for field in message.type.fields {
      if chance(20) { sequences.append([noise(field)]) }
      guard let content = message[field.number] else { continue }
      var sequence = replacedSiblings(of: field, in: message)
      switch content {
      case .singular(.message(let inner)):
        let fields = fields(of: inner)
        let cut = Int.random(in: 0...fields.count, using: &generator)
        for part in chance(50) ? [fields[...]] : [fields[..<cut], fields[cut...]] {
          sequence.append(Self.field(field.number, Array(part.joined())))
        }
      case .singular(let value): sequence.append(Self.field(field, value, of: message.type))
      case .repeated(let values):
        for value in values {
          if case .message(let inner) = value {
            sequence.append(Self.field(field.number, bytes(of: inner)))
          } else {
            sequence.append(element(field, value, of: message.type))
          }
        }
      case .map: continue
      }
      sequences.append(sequence)
    }
    return interleaved(sequences)
  }

  private mutating func interleaved(_ sequences: [[[UInt8]]]) -> [[UInt8]] {
    var rest = sequences.filter { !$0.isEmpty }
    var fields: [[UInt8]] = []
    while !rest.isEmpty {
      let index = Int.random(in: rest.indices, using: &generator)
      fields.append(rest[index].removeFirst())
      if rest[index].isEmpty { rest.remove(at: index) }
    }
    return fields
  }

  /// Members of the field's oneof that it replaces.
  private mutating func replacedSiblings(of field: MessageField, in message: DynamicMessage) -> [[UInt8]] {
    guard let oneof = field.oneofIndex, chance(50) else { return [] }
    return message.type.fields.filter { $0.oneofIndex == oneof && $0.number != field.number }.compactMap { sibling in
      guard let value = value(of: sibling.descriptor, depth: 2) else { return nil }
      return Self.field(sibling, value, of: message.type)
    }
  }

  /// Something with the field's number that its type does not allow.
  private mutating func noise(_ field: MessageField) -> [UInt8] {
    var writer = WireWriter()
    let isRun = field.descriptor.label == .repeated && field.kind.isPackable
    let wireTypes: [WireType] = [.varint, .fixed32, .fixed64, .lengthDelimited, .groupStart].filter {
      $0 != field.kind.wireType && !(isRun && $0 == .lengthDelimited)
    }
    let wireType = wireTypes.randomElement(using: &generator)!
    writer.appendTag(field.number, wireType)
    switch wireType {
    case .varint: writer.appendVarint(.random(in: 0 ... .max, using: &generator))
    case .fixed32: writer.appendFixed32(7)
    case .fixed64: writer.appendFixed64(7)
    case .lengthDelimited: writer.appendLengthDelimited([0xFF, 0, 1] as [UInt8])
    case .groupStart, .groupEnd:
      writer.write(field.number, string: "in the group")
      writer.appendTag(field.number, .groupEnd)
    }
    return writer.bytes
  }

  private mutating func element(_ field: MessageField, _ value: DynamicValue, of type: MessageType) -> [UInt8] {
    let encoded = Self.field(field, value, of: type)
    guard field.kind.isPackable, field.descriptor.isPacked, chance(50) else { return encoded }
    // What is in a run of one is what stands alone without it.
    var reader = WireReader(encoded)
    guard let content = (try? reader.next())?.bytes else { return encoded }
    var writer = WireWriter()
    writer.appendTag(field.number, field.kind.wireType)
    writer.append(content)
    return writer.bytes
  }

  /// The field with this one value.
  private static func field(_ field: MessageField, _ value: DynamicValue, of type: MessageType) -> [UInt8] {
    var message = DynamicMessage(type)
    if field.descriptor.label == .repeated { message.append(field.number, [value]) } else { message.set(field, value) }
    return WireEncoder.bytes(of: message)
  }

  private static func field(_ number: Int32, _ content: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(number, bytes: content)
    return writer.bytes
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
}
