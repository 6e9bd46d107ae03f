/// A row as a scan finds it. What cannot be read is told and passed over, so that one damaged row hides no other.
package enum Scanned<Row> {
  case row(Row)
  /// What is wrong, for people.
  case damaged(String)

  package var row: Row? {
    switch self {
    case .row(let row): row
    case .damaged: nil
    }
  }
}

extension Scanned: Equatable where Row: Equatable {}
extension Scanned: Sendable where Row: Sendable {}
