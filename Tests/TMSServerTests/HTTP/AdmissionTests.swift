import Testing

@testable import TMSServer

@Suite struct AdmissionTests {
    /// Tries as many as `attempts` requests and says how many were let in.
    private func admit(_ attempts: Int, _ requestClass: RequestClass, to admission: inout Admission) -> Int {
        var admitted = 0
        for _ in 0..<attempts where admission.enter(requestClass) { admitted += 1 }
        return admitted
    }

    @Test(arguments: [(max: 2, others: 1), (max: 4, others: 3), (max: 8, others: 6), (max: 0, others: 1)])
    func placesAreKeptForLogins(max: Int, others: Int) {
        var admission = Admission(max: max)
        #expect(admit(20, .write, to: &admission) == others)
        #expect(admit(20, .login, to: &admission) == Swift.max(max, 2) - others)
        #expect(admission.inHand == Swift.max(max, 2))
    }

    @Test func loginsMayTakeAllPlaces() {
        var admission = Admission(max: 8)
        #expect(admit(20, .login, to: &admission) == 8)
    }

    @Test func placeThatIsLeftIsFree() {
        var admission = Admission(max: 2)
        #expect(admit(2, .read, to: &admission) == 1)
        admission.leave()
        #expect(admission.inHand == 0)
        #expect(admit(2, .read, to: &admission) == 1)
    }
}
