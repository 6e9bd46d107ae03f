import ProcessorContract
import SimulatedProcessor
import Testing

@Suite("The simulated processor fulfils the contract of processors")
struct ContractTests {
  @Test("in process", arguments: ContractClause.all)
  func contract(clause: ContractClause) async throws {
    let file = SimulatedProcessorTests.File()
    try await clause.check(
      ProcessorContract {
        let processor = try SimulatedProcessor(path: file.path)
        return OpenedProcessor(processor) { processor.close() }
      }
    )
  }
}
