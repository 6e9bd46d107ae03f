import Foundation
import ProcessorContract
import ProcessorRPC
import Testing

@Suite("A processor in Python fulfils the contract of processors")
struct PythonProcessorTests {
  private static let isAvailable = ProcessorTests.python != nil

  @Test("through its socket", .enabled(if: isAvailable), arguments: ContractClause.all)
  func contract(clause: ContractClause) async throws {
    let python = try #require(ProcessorTests.python)
    nonisolated(unsafe) let directory = try TestDirectory()
    try await clause.check(
      ProcessorContract {
        nonisolated(unsafe) let process = try await ProcessorProcess(pythonIn: directory, python: python)
        let remote = RemoteProcessor(socketPath: process.socketPath, userID: getuid())
        return OpenedProcessor(remote) {
          await remote.close()
          process.kill()
        }
      }
    )
  }
}
