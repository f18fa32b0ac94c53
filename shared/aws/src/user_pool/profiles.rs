//! Profiles and the identities that are linked to them.

use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::admin_create_user::AdminCreateUserError;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType, ProviderUserIdentifierType, UserType};
use linking::ports::{Creation, Linking, ProfileDirectory};
use linking::{ForeignIdentity, Profile};
use verification::{Cause, EmailAddress, Service, Unavailable};

use super::CognitoDirectory;
use crate::clients::unavailable;

/// The subject of the assertion: for SAML, its NameID.
const SUBJECT: &str = "Cognito_Subject";

/// The provider of the pool's own profiles.
const LOCAL: &str = "Cognito";

/// What `AdminCreateUser` says of a name or an address that somebody has.
const TAKEN: [&str; 2] = ["UsernameExistsException", "AliasExistsException"];

/// Other codes by which `AdminCreateUser` refuses: "Errors" in the Cognito API reference. Which one it is goes to the log
/// alone, and what is not on the list goes there as `other`.
const NOT_CREATED: [&str; 11] = [
    "CodeDeliveryFailureException",
    "InvalidLambdaResponseException",
    "InvalidParameterException",
    "InvalidPasswordException",
    "InvalidSmsRoleAccessPolicyException",
    "InvalidSmsRoleTrustRelationshipException",
    "LimitExceededException",
    "PreconditionNotMetException",
    "ResourceNotFoundException",
    "UnsupportedUserStateException",
    "UserLambdaValidationException",
];

/// Codes with a 4xx status that say nothing about the profile: a fault of AWS, a trigger that Lambda did not run (creating
/// a profile invokes Pre Sign-up again), and requests that were refused before anybody understood them.
const NOT_UNDERSTOOD: [&str; 12] = [
    "ForbiddenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InternalErrorException",
    "InvalidClientTokenId",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "RequestAbortedException",
    "RequestExpired",
    "RequestTimeoutException",
    "UnexpectedLambdaException",
];

/// What `AdminLinkProviderForUser` says where it understood the request and does not carry it out. Which of them
/// stands for an identity that is linked already is not documented, and reports differ.
const REFUSED: [&str; 4] =
    ["AliasExistsException", "InvalidParameterException", "LimitExceededException", "UserNotFoundException"];

impl ProfileDirectory for CognitoDirectory {
    async fn profiles_by_email(&self, pool_id: &str, email: &EmailAddress) -> Result<Vec<Profile>, Unavailable> {
        self.found(pool_id, email, profile, |_| false).await
    }

    async fn create(&self, pool_id: &str, username: &str, email: &EmailAddress) -> Result<Creation, Unavailable> {
        let attributes = [attribute("email", email.as_str())?, attribute("email_verified", "true")?];
        let request = self.client.admin_create_user().user_pool_id(pool_id).username(username);
        let request = request.message_action(MessageActionType::Suppress);
        match Box::pin(request.set_user_attributes(Some(attributes.to_vec())).send()).await {
            Ok(created) => {
                let nobody = || Unavailable::new(Service::Directory, Cause::Unreadable, "the answer holds no user");
                Ok(Creation::Created(profile(created.user.ok_or_else(nobody)?)?))
            }
            Err(error) if code_among(&error, &TAKEN).is_some() => Ok(Creation::Taken),
            Err(error) => refusal(&error).map(Creation::Refused).ok_or_else(|| unavailable(Service::Directory, &error)),
        }
    }

    async fn link_identity(
        &self,
        pool_id: &str,
        username: &str,
        identity: &ForeignIdentity<'_>,
    ) -> Result<Linking, Unavailable> {
        let user = |provider: &str| ProviderUserIdentifierType::builder().provider_name(provider);
        let destination = user(LOCAL).provider_attribute_value(username).build();
        let source = user(identity.provider).provider_attribute_name(SUBJECT);
        let source = source.provider_attribute_value(identity.name_id).build();
        let request = self.client.admin_link_provider_for_user().user_pool_id(pool_id);
        match Box::pin(request.destination_user(destination).source_user(source).send()).await {
            Ok(_) => Ok(Linking::Linked),
            Err(error) => match code_among(&error, &REFUSED) {
                Some(code) => Ok(Linking::Refused(code)),
                None => Err(unavailable(Service::Directory, &error)),
            },
        }
    }
}

fn code_among<E: ProvideErrorMetadata>(error: &SdkError<E>, codes: &[&'static str]) -> Option<&'static str> {
    let code = error.as_service_error()?.code()?;
    codes.iter().copied().find(|known| *known == code)
}

/// The code of an error that would come again: with a 4xx status, and neither throttling nor a lack of permission.
fn refusal(error: &SdkError<AdminCreateUserError>) -> Option<&'static str> {
    let SdkError::ServiceError(failed) = error else {
        return None;
    };
    let (code, status) = (failed.err().code()?, failed.raw().status().as_u16());
    let asks_again = unavailable(Service::Directory, error).cause != Cause::Failed || NOT_UNDERSTOOD.contains(&code);
    let refused = (400..=499).contains(&status) && ![401, 403, 408].contains(&status) && !asks_again;
    refused.then(|| code_among(error, &NOT_CREATED).unwrap_or("other"))
}

fn attribute(name: &str, value: &str) -> Result<AttributeType, Unavailable> {
    let built = AttributeType::builder().name(name).value(value).build();
    built.map_err(|_| Unavailable::new(Service::Directory, Cause::Failed, "an attribute could not be built"))
}

fn profile(user: UserType) -> Result<Profile, Unavailable> {
    let nameless = || Unavailable::new(Service::Directory, Cause::Unreadable, "a user has no name");
    let profile = Profile {
        username: user.username.filter(|name| !name.is_empty()).ok_or_else(nameless)?,
        enabled: user.enabled,
        status: user.user_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        ..Profile::default()
    };
    let attributes = user.attributes.unwrap_or_default();
    Ok(profile.with_attributes(attributes.into_iter().map(|attribute| (attribute.name, attribute.value))))
}

#[cfg(test)]
mod tests;
