import ProcessorContract
import SimulatedProcessor
import Testing

@Suite("A processor behind a socket fulfils the contract of processors")
struct ContractTests {
  @Test("through its server and its client", arguments: ContractClause.all)
  func contract(clause: ContractClause) async throws {
    let directory = try TemporaryDirectory()
    try await clause.check(
      ProcessorContract {
        let processor = try SimulatedProcessor(path: directory.path + "/books")
        let served = try await ServedProcessor(processor, in: directory)
        return OpenedProcessor(served.remote) {
          await served.close()
          processor.close()
        }
      }
    )
  }
}
