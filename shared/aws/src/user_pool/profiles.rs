//! Profiles, and the identities that are linked to them.

use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::admin_create_user::AdminCreateUserError;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType, ProviderUserIdentifierType, UserType};
use linking::ports::{Creation, Linking, ProfileDirectory};
use linking::{Profile, SamlIdentity};
use verification::{Cause, EmailAddress, Service, Unavailable};

use super::CognitoDirectory;
use crate::clients::unavailable;

/// The name by which Cognito refers to the subject of an assertion. For SAML, that is the NameID.
const SUBJECT_ATTRIBUTE: &str = "Cognito_Subject";

/// The provider name of the pool's own profiles.
const LOCAL_PROVIDER: &str = "Cognito";

/// The codes of `AdminCreateUser` if another user has the user name or the e-mail address.
const TAKEN_CODES: [&str; 2] = ["UsernameExistsException", "AliasExistsException"];

/// Other codes with which `AdminCreateUser` refuses ("Errors" in the Cognito API reference). They are used only in the
/// log. Any other code is logged as `other`.
const CREATE_REFUSED_CODES: [&str; 11] = [
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

/// Codes with a 4xx status that say nothing about the profile: AWS failed, Lambda did not run a trigger (creating a
/// profile invokes Pre Sign-up again), or AWS refused the request before it read its contents.
const UNRELATED_CODES: [&str; 12] = [
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

/// The codes with which `AdminLinkProviderForUser` refuses a request that it understood. AWS does not document which of
/// them stands for an identity that is already linked, and reports differ.
const LINK_REFUSED_CODES: [&str; 4] =
    ["AliasExistsException", "InvalidParameterException", "LimitExceededException", "UserNotFoundException"];

impl ProfileDirectory for CognitoDirectory {
    async fn profiles_by_email(&self, pool_id: &str, email: &EmailAddress) -> Result<Vec<Profile>, Unavailable> {
        self.users_with_email(pool_id, email, profile, |_| false).await
    }

    async fn create(&self, pool_id: &str, username: &str, email: &EmailAddress) -> Result<Creation, Unavailable> {
        let attributes = [attribute("email", email.as_str())?, attribute("email_verified", "true")?];
        let request = self.client.admin_create_user().user_pool_id(pool_id).username(username);
        let request = request.message_action(MessageActionType::Suppress);
        match Box::pin(request.set_user_attributes(Some(attributes.to_vec())).send()).await {
            Ok(created) => {
                let no_user = || Unavailable::new(Service::Directory, Cause::Unreadable, "the response holds no user");
                Ok(Creation::Created(profile(created.user.ok_or_else(no_user)?)?))
            }
            Err(error) if known_code(&error, &TAKEN_CODES).is_some() => Ok(Creation::Taken),
            Err(error) => {
                create_refusal(&error).map(Creation::Refused).ok_or_else(|| unavailable(Service::Directory, &error))
            }
        }
    }

    async fn link_identity(
        &self,
        pool_id: &str,
        username: &str,
        identity: &SamlIdentity<'_>,
    ) -> Result<Linking, Unavailable> {
        let user = |provider: &str| ProviderUserIdentifierType::builder().provider_name(provider);
        let destination = user(LOCAL_PROVIDER).provider_attribute_value(username).build();
        let source = user(identity.provider).provider_attribute_name(SUBJECT_ATTRIBUTE);
        let source = source.provider_attribute_value(identity.name_id).build();
        let request = self.client.admin_link_provider_for_user().user_pool_id(pool_id);
        match Box::pin(request.destination_user(destination).source_user(source).send()).await {
            Ok(_) => Ok(Linking::Linked),
            Err(error) => match known_code(&error, &LINK_REFUSED_CODES) {
                Some(code) => Ok(Linking::Refused(code)),
                None => Err(unavailable(Service::Directory, &error)),
            },
        }
    }
}

/// The error's code, if it is one of `codes`.
fn known_code<E: ProvideErrorMetadata>(error: &SdkError<E>, codes: &[&'static str]) -> Option<&'static str> {
    let code = error.as_service_error()?.code()?;
    codes.iter().copied().find(|known| *known == code)
}

/// The code of an error that would occur again. Its status is 4xx, and it is neither throttling nor a lack of
/// permission.
fn create_refusal(error: &SdkError<AdminCreateUserError>) -> Option<&'static str> {
    let SdkError::ServiceError(failed) = error else {
        return None;
    };
    let (code, status) = (failed.err().code()?, failed.raw().status().as_u16());
    let may_pass = unavailable(Service::Directory, error).cause != Cause::Failed || UNRELATED_CODES.contains(&code);
    let refused = (400..=499).contains(&status) && ![401, 403, 408].contains(&status) && !may_pass;
    refused.then(|| known_code(error, &CREATE_REFUSED_CODES).unwrap_or("other"))
}

fn attribute(name: &str, value: &str) -> Result<AttributeType, Unavailable> {
    let built = AttributeType::builder().name(name).value(value).build();
    built.map_err(|_| Unavailable::new(Service::Directory, Cause::Failed, "an attribute could not be built"))
}

fn profile(user: UserType) -> Result<Profile, Unavailable> {
    let no_name = || Unavailable::new(Service::Directory, Cause::Unreadable, "a user has no name");
    let profile = Profile {
        username: user.username.filter(|name| !name.is_empty()).ok_or_else(no_name)?,
        enabled: user.enabled,
        status: user.user_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        ..Profile::default()
    };
    let attributes = user.attributes.unwrap_or_default();
    Ok(profile.with_attributes(attributes.into_iter().map(|attribute| (attribute.name, attribute.value))))
}

#[cfg(test)]
mod tests;
