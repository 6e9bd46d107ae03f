import Foundation

/// What `creditsd` has logged in all its lives.
struct LogFile {
  /// How many recharges were not final when it was killed.
  private(set) var resumedRecharges = 0
  /// Why it did not learn what a charge had come to, the commonest first.
  let unknownOutcomes: [(reason: Substring, count: Int)]

  init(path: String) {
    var reasons: [Substring: Int] = [:]
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") {
      if line.contains("resumed recharges"), let count = line.split(separator: "count=").last {
        resumedRecharges += Int(count.prefix { $0.isNumber }) ?? 0
      } else if line.contains("is unknown"), let reason = line.split(separator: "reason=").last {
        reasons[reason.split(separator: " subject=")[0].prefix(60), default: 0] += 1
      }
    }
    unknownOutcomes = reasons.map { ($0.key, $0.value) }.sorted { $0.1 > $1.1 }
  }
}

/// Prints a line at once, also into a file.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
