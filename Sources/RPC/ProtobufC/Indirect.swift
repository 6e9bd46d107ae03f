/// Stores a message on the heap, which lets a message type contain itself.
public indirect enum Indirect<Value> {
  case value(Value)

  @inlinable
  public init(_ value: Value) {
    self = .value(value)
  }

  @inlinable
  public var value: Value {
    switch self {
    case .value(let value): value
    }
  }
}

extension Indirect: Sendable where Value: Sendable {}
extension Indirect: Equatable where Value: Equatable {}
extension Indirect: Hashable where Value: Hashable {}
