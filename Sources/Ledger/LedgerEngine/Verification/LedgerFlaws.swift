/// The flaws that a verification found, as sentences for people. Keeps only the first ones, since there may be as many as
/// there are rows.
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
