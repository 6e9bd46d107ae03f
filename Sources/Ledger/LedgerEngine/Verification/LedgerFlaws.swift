/// What a verification found wrong, as sentences for people. There may be as many as there are rows, so only the first
/// are kept.
package struct LedgerFlaws: Hashable, Sendable {
  package static let mostKept = 100

  package private(set) var kept: [String] = []
  package private(set) var count: Int64 = 0

  package var isEmpty: Bool { count == 0 }

  mutating func add(_ flaw: String) {
    count += 1
    if kept.count < Self.mostKept { kept.append(flaw) }
  }
}
