/// Returns a smaller list of steps for which `fails` is still true, by repeatedly removing halves, quarters and so on.
package func shrunk(_ steps: [Step], where fails: ([Step]) -> Bool) -> [Step] {
  var steps = steps
  var length = max(1, steps.count / 2)
  while true {
    var hasShrunk = false
    var start = 0
    while start < steps.count {
      var fewer = steps
      fewer.removeSubrange(start..<min(steps.count, start + length))
      if fails(fewer) {
        steps = fewer
        hasShrunk = true
      } else {
        start += length
      }
    }
    if length == 1, !hasShrunk { return steps }
    if !hasShrunk { length = max(1, length / 2) }
  }
}
