//! Who may say yes: an identity by itself, or whoever has taken on a role.

use crate::name::Person;
use crate::policy::ApprovalRule;
use std::collections::BTreeSet;

impl ApprovalRule {
    /// The approver that a person speaks as: the very identity, or the role that its session is of. Two sessions of one
    /// role are one approver, because whoever may take on a role may name the session.
    #[must_use]
    pub fn speaks_as(&self, by: &Person) -> Option<&Person> {
        let exact = self.approvers.iter().find(|approver| *approver == by);
        exact.or_else(|| self.approvers.iter().find(|approver| is_session_of(by.as_str(), approver.as_str())))
    }

    /// The different approvers that these people speak as.
    pub(crate) fn spoken_for<'a>(&'a self, people: impl Iterator<Item = &'a Person>) -> BTreeSet<&'a Person> {
        people.filter_map(|person| self.speaks_as(person)).collect()
    }
}

/// Whether `arn:aws:sts::111122223333:assumed-role/NAME/SESSION` is a session of `arn:aws:iam::111122223333:role/PATH/NAME`.
/// A session's ARN has no path, and a role's name is one of its account whatever its path.
fn is_session_of(session: &str, role: &str) -> bool {
    let Some((partition, account, rest)) = parts(session, "sts") else { return false };
    let Some((role_partition, role_account, role)) = parts(role, "iam") else { return false };
    let named = rest.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/'));
    let role = role.strip_prefix("role/").map(|path| path.rsplit_once('/').map_or(path, |(_, name)| name));
    let (Some((name, session)), Some(role)) = (named, role) else { return false };
    partition == role_partition && account == role_account && !session.is_empty() && name == role
}

/// Partition, account and what follows, of an identity's ARN.
fn parts<'a>(arn: &'a str, service: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let mut fields = arn.splitn(6, ':');
    let (arn, partition, its_service, region) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let (account, rest) = (fields.next()?, fields.next()?);
    (arn == "arn" && its_service == service && region.is_empty()).then_some((partition, account, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Seconds;

    const ROLE: &str = "arn:aws:iam::111122223333:role/orders-oncall";

    fn speaks(approvers: &[&str], by: &str) -> Option<String> {
        let approvers = approvers.iter().map(|person| person.parse().unwrap()).collect();
        let rule = ApprovalRule { needed: 1, approvers, expires_seconds: Seconds(900) };
        rule.speaks_as(&by.parse().unwrap()).map(ToString::to_string)
    }

    #[test]
    fn an_identity_speaks_for_itself_and_a_session_for_its_role() {
        assert_eq!(speaks(&["ann", ROLE], "ann").as_deref(), Some("ann"));
        let session = "arn:aws:sts::111122223333:assumed-role/orders-oncall/ann@example.com";
        assert_eq!(speaks(&["ann", ROLE], session).as_deref(), Some(ROLE));
        let path = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/orders-oncall";
        assert_eq!(speaks(&[path], session).as_deref(), Some(path));
        assert_eq!(speaks(&[ROLE, session], session).as_deref(), Some(session), "the identity before the role");
    }

    #[test]
    fn nobody_speaks_for_a_role_that_is_not_theirs() {
        for by in [
            "bob",
            "arn:aws:sts::111122223333:assumed-role/orders-oncall",
            "arn:aws:sts::111122223333:assumed-role/orders-oncall/",
            "arn:aws:sts::111122223333:assumed-role/orders/oncall",
            "arn:aws:sts::111122223333:assumed-role/orders-oncall-2/ann",
            "arn:aws:sts::123456789012:assumed-role/orders-oncall/ann",
            "arn:aws-cn:sts::111122223333:assumed-role/orders-oncall/ann",
            "arn:aws:sts::111122223333:federated-user/orders-oncall/ann",
            "arn:aws:iam::111122223333:user/orders-oncall",
            "unverified:arn:aws:sts::111122223333:assumed-role/orders-oncall/ann",
        ] {
            assert_eq!(speaks(&[ROLE], by), None, "{by}");
        }
    }
}
