import CreditsVersion
import Foundation
import Testing

@Suite("The version")
struct VersionTests {
  @Test(
    "is what every program says when asked",
    arguments: ["creditsd", "creditsctl", "credits-stripe", "credits-simulator", "credits-story", "credits-torture"]
  )
  func everyProgram(name: String) throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = RunningDaemon.program(name)
    process.arguments = ["--version"]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && text == CreditsVersion.current + "\n")
  }
}
