/// Why the settings of `creditsd` are invalid.
enum SettingsError: Error, Equatable, CustomStringConvertible {
  case fileUnreadable(String, String)
  case fileInvalid(String, String)
  case processorUnknown(String)
  case socketNotAFile(String)
  case logLevelUnknown(String)
  case switchInvalid(String, String)
  case groupUnknown(String)
  case userUnknown(String)
  case amountInvalid(String, String)
  case suggestionsEmpty(String)
  case suggestionInvalid(String, String, String)
  case timeInvalid(String, String)
  case limitInvalid(String, Int, ClosedRange<Int>)
  case callersEmpty
  /// The caller's place in the list, and why.
  case callerInvalid(Int, String)
  case homeUnknown
  case testsOnly(String, needs: String)
  case testClockUnreadable(String)
  case testWallClockUnreadable(String)

  var description: String {
    switch self {
    case .fileUnreadable(let path, let reason): "cannot read the configuration file \(path): \(reason)"
    case .fileInvalid(let path, let reason): "the configuration file \(path) is wrong: \(reason)"
    case .processorUnknown(let name): "there is no processor \"\(name)\": take unix:PATH, simulated or none"
    case .socketNotAFile(let name):
      "the socket \"\(name)\" is no file, whose mode would keep strangers out: give a path, or unix:PATH"
    case .logLevelUnknown(let name):
      "there is no log level \"\(name)\": take trace, debug, info, notice, warning, error or critical"
    case .switchInvalid(let name, let value): "\(name) is \"\(value)\": take true or false"
    case .userUnknown(let name): "there is no user \"\(name)\" on this machine"
    case .amountInvalid(let name, let text): "\(name) is \"\(text)\": take dollars and cents, such as 10 or 2.50"
    case .suggestionsEmpty(let name): "\(name) is empty: name an amount, or leave it out, for the usual ones"
    case .suggestionInvalid(let name, let text, let objection): "\(name) has \"\(text)\", which \(objection)"
    case .timeInvalid(let name, let text): "\(name) is \"\(text)\": take a time, such as 10s, 500ms or 2m"
    case .limitInvalid(let name, let number, let permitted):
      "limits.\(name) is \(number): take \(permitted.lowerBound) to \(permitted.upperBound)"
    case .groupUnknown(let name): "there is no group \"\(name)\" on this machine"
    case .testsOnly(let option, let need): "\(option) is for tests: it needs \(need)"
    case .testClockUnreadable(let path): "\(path) is no clock: it has to hold one whole number of seconds, 0 or more"
    case .testWallClockUnreadable(let path): "\(path) is no clock: it has to hold one whole number of seconds"
    case .callersEmpty:
      "callers in the configuration file is empty: name who may call, or leave it out, so that only this user may"
    case .callerInvalid(let index, let reason): "callers[\(index)] in the configuration file: \(reason)"
    case .homeUnknown: "there is no HOME to keep the ledger in: name a directory with --data"
    }
  }
}
