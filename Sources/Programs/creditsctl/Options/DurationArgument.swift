import ArgumentParser
import DurationText

/// A duration on the command line: `250ms`, `5s`, `2m`, `1h`; a bare number is seconds.
struct DurationArgument: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    guard let duration = Duration(text: argument) else { return nil }
    self.duration = duration
  }
}
