package import ProtobufDescriptors

/// An enum type, with its values indexed by number and name.
package final class EnumType: Sendable {
  package let descriptor: EnumDescriptor
  private let nameByNumber: [Int32: String]
  private let numberByName: [String: Int32]
  private let numberByShortName: [String: Int32]

  package var fullName: String { descriptor.fullName }
  var isNullValue: Bool { fullName == WellKnownType.nullValueName }

  package init(_ descriptor: EnumDescriptor) {
    self.descriptor = descriptor
    var names: [Int32: String] = [:]
    var numbers: [String: Int32] = [:]
    var short: [String: Int32] = [:]
    let prefix = Self.prefix(of: descriptor)
    for value in descriptor.values {
      // Of aliases, the name declared first is written.
      names[value.number] = names[value.number] ?? value.name
      numbers[value.name] = value.number
      if let prefix { short[String(value.name.dropFirst(prefix.count))] = value.number }
    }
    nameByNumber = names
    numberByName = numbers
    numberByShortName = short
  }

  package func name(of number: Int32) -> String? { nameByNumber[number] }

  /// Returns the number of the value with this name, or this name without the prefix that the enum's values share.
  package func number(named name: String) -> Int32? { numberByName[name] ?? numberByShortName[name] }

  /// The candidates for suggestions.
  var valueNames: [String] { descriptor.values.map(\.name) + numberByShortName.keys.sorted() }

  /// Returns `STATE_` for an enum `State` whose values are all named `STATE_…`, else the values' common prefix up to an
  /// underscore.
  private static func prefix(of descriptor: EnumDescriptor) -> String? {
    let names = descriptor.values.map(\.name)
    guard let first = names.first, names.count > 1 else { return nil }
    var candidates = [upperSnakeCase(descriptor.name) + "_"]
    let shared = names.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    if let underscore = shared.lastIndex(of: "_") { candidates.append(String(shared[...underscore])) }
    return candidates.first { candidate in
      names.allSatisfy { $0.hasPrefix(candidate) && $0.count > candidate.count }
    }
  }

  private static func upperSnakeCase(_ name: String) -> String {
    var result = ""
    var previousIsLower = false
    for character in name {
      if character.isUppercase, previousIsLower { result += "_" }
      result += character.uppercased()
      previousIsLower = character.isLowercase || character.isNumber
    }
    return result
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
