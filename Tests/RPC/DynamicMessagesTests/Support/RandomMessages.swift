import ProtobufDescriptors
import SeededRandom

@testable import DynamicMessages

/// Generates random messages of a type that both wire format and JSON can represent.
struct RandomMessages {
  private var generator: SplitMix64
  private let types: TypePool

  init(seed: UInt64, types: TypePool) {
    generator = SplitMix64(seed: seed)
    self.types = types
  }

  mutating func message(_ type: MessageType, depth: Int = 0) -> DynamicMessage {
    var message = DynamicMessage(type)
    if let wellKnown = type.wellKnown {
      fill(&message, wellKnown, depth: depth)
      return message
    }
    for field in type.fields where chance(depth == 0 ? 60 : 25) {
      switch field.shape {
      case .singular:
        // Only the last field set in a oneof remains.
        if let value = value(field.descriptor, depth: depth) { message.set(field, value) }
      case .repeated:
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
          if let value = value(field.descriptor, depth: depth) { message.append(field.number, [value]) }
        }
      case .map(let keyField, let valueField):
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
          guard let key = value(keyField, depth: depth), let value = value(valueField, depth: depth) else { continue }
          message.insert(field.number, key, value)
        }
      }
    }
    return message
  }

  private mutating func fill(_ message: inout DynamicMessage, _ wellKnown: WellKnownType, depth: Int) {
    func set(_ number: Int32, _ value: DynamicValue) {
      if let field = message.type.field(number) { message.set(field, value) }
    }
    switch wellKnown {
    case .timestamp:
      set(1, .signed(Int64.random(in: TimestampText.range, using: &generator)))
      set(2, .signed(Int64(nanoseconds())))
    case .duration:
      let sign: Int64 = chance(50) ? 1 : -1
      set(1, .signed(sign * Int64.random(in: 0...DurationText.maximumSeconds, using: &generator)))
      set(2, .signed(sign * Int64(nanoseconds())))
    case .fieldMask: message.append(1, [.string("some_path"), .string("other.deep_path.x")])
    case .any:
      let inner = types.message("dynamic.Everything.Inner")!
      set(1, .string("type.googleapis.com/dynamic.Everything.Inner"))
      set(2, .bytes(WireEncoder.bytes(of: self.message(inner, depth: depth + 3))))
    case .struct:
      for _ in 0..<2 where depth < 4 {
        let value = self.message(types.message(WellKnownType.valueName)!, depth: depth + 1)
        message.insert(1, .string(text()), .message(value))
      }
    case .listValue:
      for _ in 0..<2 where depth < 4 {
        message.append(1, [.message(self.message(types.message(WellKnownType.valueName)!, depth: depth + 1))])
      }
    case .value:
      switch Int.random(in: 0...(depth < 4 ? 5 : 3), using: &generator) {
      case 0: set(1, .enum(0))
      case 1: set(2, .double(Double.random(in: -1e6...1e6, using: &generator)))
      case 2: set(3, .string(text()))
      case 3: set(4, .bool(chance(50)))
      case 4: set(5, .message(self.message(types.message("google.protobuf.Struct")!, depth: depth + 1)))
      default: set(6, .message(self.message(types.message("google.protobuf.ListValue")!, depth: depth + 1)))
      }
    case .wrapper:
      if let field = message.type.field(1), let value = value(field.descriptor, depth: depth) {
        message.set(field, value)
      }
    }
  }

  private mutating func value(_ field: FieldDescriptor, depth: Int) -> DynamicValue? {
    switch field.kind {
    case .double: return .double(chance(20) ? special(Double.self) : Double(bitPattern: finite64()))
    case .float: return .float(chance(20) ? special(Float.self) : Float.random(in: -1e30...1e30, using: &generator))
    case .int32, .sint32, .sfixed32: return .signed(Int64(number() as Int32))
    case .int64, .sint64, .sfixed64: return .signed(number())
    case .uint32, .fixed32: return .unsigned(UInt64(number() as UInt32))
    case .uint64, .fixed64: return .unsigned(number())
    case .bool: return .bool(chance(50))
    case .string: return .string(text())
    case .bytes:
      return .bytes((0..<Int.random(in: 0...9, using: &generator)).map { _ in .random(in: 0...255, using: &generator) })
    case .enum:
      guard let type = types.enum(field.typeName) else { return nil }
      if type.isNullValue { return .enum(0) }
      return .enum(chance(15) ? 77 : type.descriptor.values.randomElement(using: &generator)!.number)
    case .message, .group:
      guard depth < 4, let type = types.message(field.typeName) else { return nil }
      return .message(message(type, depth: depth + 1))
    }
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

  private mutating func special<Real: BinaryFloatingPoint>(_: Real.Type) -> Real {
    [0, -0.0, 1, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0.1]
      .randomElement(using: &generator)!
  }

  private mutating func finite64() -> UInt64 {
    let bits = generator.next()
    return Double(bitPattern: bits).isFinite ? bits : 0
  }

  private mutating func number<Integer: FixedWidthInteger>() -> Integer {
    chance(30)
      ? [.min, .max, 0, 1].randomElement(using: &generator)! : .random(in: .min ... .max, using: &generator)
  }

  private mutating func nanoseconds() -> Int32 {
    [0, 1, 500_000_000, 120_000, 999_999_999, .random(in: 0...999_999_999, using: &generator)]
      .randomElement(using: &generator)!
  }

  private mutating func text() -> String {
    let alphabet: [Character] = [
      "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\u{1}", "é", "€", "😀", "\u{2028}", "\u{7F}",
    ]
    return String(
      (0..<Int.random(in: 0...6, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! }
    )
  }
}
