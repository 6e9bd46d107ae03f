/// Finds the name that a mistyped one was meant to be.
package enum NearestName {
  /// Returns the candidate nearest to `name` within an edit distance of a third of its length, at least two.
  package static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = normal(name)
    let limit = max(2, wanted.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(wanted, normal(candidate))
      // Replacing every letter of a short name gives another name, not a correction.
      guard distance <= limit, distance < max(wanted.count, 1) else { continue }
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// Removes case and underscores, which are the commonest mistakes and do not count.
  private static func normal(_ name: String) -> [Character] {
    Array(name.lowercased().filter { $0 != "_" })
  }

  /// The number of letters to insert, delete, replace or swap with their neighbour.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var least = min(previous[column + 1] + 1, current[column] + 1, previous[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == right[column - 1], other == left[row - 1] {
          least = min(least, beforePrevious[column - 1] + 1)
        }
        current.append(least)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count]
  }
}
