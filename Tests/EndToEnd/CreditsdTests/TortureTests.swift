import Foundation
import Testing

/// A short run of `make torture`.
@Suite("Recharges under torture", .timeLimit(.minutes(10)))
struct TortureTests {
  @Test(
    "are charged once and credited once, with 30 % faults, creditsd and the processor killed on the way",
    arguments: [1]
  )
  func slice(seed: Int) throws {
    let directory = try TestDirectory()
    let torture = Process()
    let output = Pipe()
    torture.executableURL = RunningDaemon.program("credits-torture")
    torture.arguments = [
      "--recharges", "200", "--kills", "6", "--simulator-kills", "2", "--customers", "64", "--speed", "300", "--seed",
      "\(seed)",
      "--directory", directory.path("torture"),
    ]
    torture.standardOutput = output
    try torture.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    torture.waitUntilExit()
    #expect(torture.terminationStatus == 0, "\(text)")
    #expect(text.contains("kills: creditsd 6"), "\(text)")
    #expect(
      text.contains("double charges 0, double credits 0, uncredited charges 0, unpaid credits 0"),
      "\(text)"
    )
  }
}
